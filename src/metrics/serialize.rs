//! Snapshots for serde, field by field as their methods name them.

use super::{ByDistance, CallSite, Histogram, Metrics, Work, WorkerState};
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// Serializes what these methods of a value give, under their names.
macro_rules! serialize_methods {
    ($type:ident: $($method:ident),*) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                const FIELDS: usize = [$(stringify!($method)),*].len();
                let mut fields = serializer.serialize_struct(stringify!($type), FIELDS)?;
                $(fields.serialize_field(stringify!($method), &self.$method())?;)*
                fields.end()
            }
        }
    };
}

serialize_methods!(Work: jobs, steals, failed_tries, leapfrogs, injected, dealt, guests, parks, wakes, spurious_wakes, asleep,
    searching, frame_hits, frame_misses, frames_returned, batches, batch_sizes, batch_times, accumulators, result_slot_bytes,
    items_at_home, items_away);
serialize_methods!(Metrics: workers, total, states, queued, injected_queued, call_sites);

impl Serialize for ByDistance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ByDistance", 3)?;
        fields.serialize_field("near", &self.near)?;
        fields.serialize_field("group", &self.group)?;
        fields.serialize_field("remote", &self.remote)?;
        fields.end()
    }
}

/// As its buckets.
impl Serialize for Histogram {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.buckets().serialize(serializer)
    }
}

/// As its name.
impl Serialize for WorkerState {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for CallSite {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("CallSite", 5)?;
        fields.serialize_field("location", &self.location().map(ToString::to_string))?;
        fields.serialize_field("types", self.types())?;
        fields.serialize_field("items", &self.items().into_inner())?;
        fields.serialize_field("ns_per_item", &self.ns_per_item())?;
        fields.serialize_field("is_steady", &self.is_steady())?;
        fields.end()
    }
}
