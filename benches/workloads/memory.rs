//! Loops that do next to nothing with what they read and write.

use super::par;
use crate::Arrays;
use crate::workloads::{Sample, Workload, clocked};
use par::prelude::*;

pub(crate) const WORKLOADS: &[Workload<Arrays>] = &[
    ("sum", |arrays| {
        let pass = |_| arrays.x.par_iter().sum::<f64>().to_bits();
        clocked(|| (0..arrays.passes).map(pass).collect::<Vec<_>>())
    }),
    ("update", |arrays| change(arrays, |y, _, sign| y.par_iter_mut().for_each(|y| *y += sign))),
    ("saxpy", |arrays| {
        change(arrays, |y, x, sign| {
            y.par_iter_mut().zip(x.par_iter()).for_each(|(y, x)| *y += 2.0 * sign * x);
        })
    }),
    ("dot", |arrays| {
        let y = arrays.y.lock().unwrap();
        let pass =
            |_| arrays.x.par_iter().zip(y.par_iter()).map(|(x, y)| x * y).sum::<f64>().to_bits();
        clocked(|| (0..arrays.passes).map(pass).collect::<Vec<_>>())
    }),
];

/// Passes that change `y` by a number that is positive and negative in turn.
fn change(arrays: &Arrays, pass: impl Fn(&mut [f64], &[f64], f64)) -> Sample {
    let mut y = arrays.y.lock().unwrap();
    let sample = clocked(|| {
        for number in 0..arrays.passes {
            pass(&mut y, &arrays.x, if number % 2 == 0 { 1.0 } else { -1.0 });
        }
    });
    // Some of the numbers stand for all: all of them would take longer than the sample.
    let some: Vec<u64> = y.iter().step_by(1_021).map(|number| number.to_bits()).collect();
    Sample { hash: clocked(|| some).hash, ..sample }
}
