//! The rows that the benches leave.

use std::collections::BTreeMap;

/// One implementation of one group; times in nanoseconds per unit, ratios as quartiles.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) implementation: String,
    pub(crate) median: f64,
    pub(crate) per_sequential: Option<[f64; 3]>,
    pub(crate) per_rayon: Option<[f64; 3]>,
    pub(crate) per_ideal: Option<f64>,
}

/// One workload at one size in one place.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) workload: String,
    /// May be empty.
    pub(crate) size: String,
    /// The number of threads, or from where it was called. May be empty.
    pub(crate) place: String,
    pub(crate) rows: Vec<Row>,
}

impl Group {
    pub(crate) fn row(&self, implementation: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.implementation == implementation)
    }

    /// The median ratio of an implementation to rayon.
    pub(crate) fn per_rayon(&self, implementation: &str) -> Option<f64> {
        self.row(implementation)?.per_rayon.map(|ratios| ratios[1])
    }

    /// The median ratio of an implementation to the sequential code.
    pub(crate) fn per_sequential(&self, implementation: &str) -> Option<f64> {
        self.row(implementation)?.per_sequential.map(|ratios| ratios[1])
    }

    /// Workload and size.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.workload, self.size).trim_end().to_owned()
    }
}

/// All groups of each subject, in the order in which they were measured; subjects too.
#[derive(Debug)]
pub(crate) struct Results(pub(crate) Vec<(String, Vec<Group>)>);

impl Results {
    pub(crate) fn parse(table: &str) -> Result<Self, String> {
        let mut results = Results(Vec::new());
        for line in table.lines() {
            results.add(line).ok_or_else(|| format!("not a row of a bench: {line:?}"))?;
        }
        Ok(results)
    }

    /// Takes a line in, see the harness of the benches for its fields.
    fn add(&mut self, line: &str) -> Option<()> {
        let fields: Vec<&str> = line.split('\t').collect();
        let [subject, workload, size, implementation, numbers @ ..] = fields.as_slice() else {
            return None;
        };
        let [median, _quiet, _best, s1, s2, s3, r1, r2, r3, ideal, _rounds] = numbers else {
            return None;
        };
        let ratios = |texts: [&str; 3]| {
            let numbers = texts.map(|text| text.parse().ok());
            Some([numbers[0]?, numbers[1]?, numbers[2]?])
        };
        let row = Row {
            implementation: (*implementation).to_owned(),
            median: median.parse().ok()?,
            per_sequential: ratios([s1, s2, s3]),
            per_rayon: ratios([r1, r2, r3]),
            per_ideal: ideal.parse().ok(),
        };

        // "<parts of the workload>/<size>/<place>", of which all may be missing.
        let mut parts: Vec<&str> = size.split('/').collect();
        let is_place =
            |part: &&str| part.starts_with(|c: char| !c.is_numeric()) || part.ends_with("-thread");
        let place = parts.last().copied().filter(is_place).unwrap_or_default();
        if !place.is_empty() {
            parts.pop();
        }
        let size = parts.pop().unwrap_or_default();
        let workload = [&[*workload], &parts[..]].concat().join(" ");

        if self.0.last().is_none_or(|(last, _)| last != subject) {
            self.0.push(((*subject).to_owned(), Vec::new()));
        }
        let (_, groups) = self.0.last_mut()?;
        let same = |group: &&mut Group| {
            group.workload == workload && group.size == size && group.place == place
        };
        match groups.last_mut().filter(same) {
            Some(group) => group.rows.push(row),
            None => groups.push(Group {
                workload,
                size: size.to_owned(),
                place: place.to_owned(),
                rows: vec![row],
            }),
        }
        Some(())
    }
}

/// Groups that differ in nothing but their size, which is a number, by size.
pub(crate) type Series<'r> = BTreeMap<u64, &'r Group>;

/// Sizes from which on groups make a line.
const LINE: usize = 4;

/// Splits groups into those that make lines, by workload and place, and the others.
pub(crate) fn series(groups: &[Group]) -> (Vec<(String, Series<'_>)>, Vec<&Group>) {
    let mut all: Vec<(String, Series<'_>)> = Vec::new();
    let mut others = Vec::new();
    for group in groups {
        let Ok(size) = group.size.parse() else {
            others.push(group);
            continue;
        };
        let name = format!("{}, {}", group.workload, group.place);
        match all.iter_mut().find(|(other, _)| *other == name) {
            Some((_, series)) => _ = series.insert(size, group),
            None => all.push((name, Series::from([(size, group)]))),
        }
    }
    let (lines, short): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(_, line)| line.len() >= LINE);
    others.extend(short.into_iter().flat_map(|(_, line)| line.into_values()));
    (lines, others)
}
