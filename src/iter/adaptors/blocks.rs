//! What `by_exponential_blocks` and `by_uniform_blocks` share: the loop over the blocks.
use crate::iter::plumbing::{
    Producer, ProducerCallback, Reducer, UnindexedConsumer, bridge_producer_consumer,
};

/// Drives the consumer with one block after another, each in parallel within itself.
pub(super) struct BlockCallback<C, N> {
    consumer: C,
    len: usize,
    size: usize,
    next_size: N,
}

impl<C, N> BlockCallback<C, N> {
    /// The first block has `size` items, and `next_size` makes the next size from the last.
    pub(super) fn new(consumer: C, len: usize, size: usize, next_size: N) -> Self {
        BlockCallback { consumer, len, size, next_size }
    }
}

impl<T, C, N> ProducerCallback<T> for BlockCallback<C, N>
where
    C: UnindexedConsumer<T>,
    N: Fn(usize) -> usize,
{
    type Output = C::Result;

    fn callback<P: Producer<Item = T>>(self, mut producer: P) -> C::Result {
        let (consumer, mut len, mut size) = (self.consumer, self.len, self.size);
        let mut so_far = None;
        while size < len && !consumer.full() {
            let (block, rest) = producer.split_at(size);
            let result = bridge_producer_consumer(size, block, consumer.split_off_left());
            so_far = Some(match so_far {
                Some(so_far) => consumer.to_reducer().reduce(so_far, result),
                None => result,
            });
            producer = rest;
            len -= size;
            size = (self.next_size)(size);
        }
        // The last block gets what is left of the consumer. If that is full, nothing will run.
        let reducer = consumer.to_reducer();
        let result = bridge_producer_consumer(len, producer, consumer);
        match so_far {
            Some(so_far) => reducer.reduce(so_far, result),
            None => result,
        }
    }
}
