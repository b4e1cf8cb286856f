//! Arrays and images: ndarray and nalgebra bring producers of their own, image wraps rayon's chunks.

use image::{ImageBuffer, Luma};
use nalgebra::DMatrix;
use ndarray::parallel::prelude::*;
use ndarray::{Array1, Array2, Array3, Axis, Zip, par_azip};

use crate::kit::everywhere;

fn table(rows: usize, columns: usize) -> Array2<u64> {
    Array2::from_shape_fn((rows, columns), |(row, column)| (row * columns + column) as u64)
}

/// Axis iterators are indexed.
#[test]
fn ndarray_axes() {
    watch!();
    everywhere(|| {
        let mut array = table(200, 30);
        let sums: Vec<u64> =
            array.axis_iter(Axis(0)).into_par_iter().map(|row| row.sum()).collect();
        assert!(sums.iter().enumerate().all(|(row, sum)| *sum == (900 * row + 435) as u64));
        let indexed = array.axis_iter_mut(Axis(1)).into_par_iter().enumerate().with_max_len(2);
        indexed.for_each(|(column, mut cells)| cells -= column as u64);
        let chunks = array.axis_chunks_iter(Axis(0), 7).into_par_iter();
        assert_eq!(chunks.len(), 29);
        assert_eq!(chunks.map(|chunk| chunk.sum()).sum::<u64>(), 30 * 30 * 199 * 100);
    });
}

/// Views, zips and in-place maps split without an index.
#[test]
fn ndarray_elements() {
    watch!();
    everywhere(|| {
        let mut array = table(123, 45);
        let total: u64 = (0..123 * 45).sum();
        assert_eq!(array.par_iter().sum::<u64>(), total);
        array.par_mapv_inplace(|cell| 2 * cell);
        array.par_iter_mut().for_each(|cell| *cell += 1);
        assert_eq!(array.view().reversed_axes().into_par_iter().sum::<u64>(), 2 * total + 123 * 45);
        let halves = Zip::from(&array).and(&table(123, 45)).par_map_collect(|a, b| a - b);
        assert_eq!(halves, table(123, 45) + 1);
        let folded =
            Zip::indexed(&halves).par_fold(|| 0, |sum, (_, _), cell| sum + cell, |a, b| a + b);
        assert_eq!(folded, total + 123 * 45);
        let (mut left, right) = (Array1::<u64>::zeros(5000), Array1::from_iter(0..5000));
        par_azip!((l in &mut left, &r in &right) *l = r * r);
        assert_eq!(left[4999], 4999 * 4999);
        let pieces = Zip::from(&left).into_par_iter().with_min_len(100).map(|(cell,)| *cell);
        assert_eq!(pieces.sum::<u64>(), right.iter().map(|n| n * n).sum::<u64>());
        assert!(Array3::<u8>::zeros((3, 0, 9)).par_iter().find_any(|_| true).is_none());
    });
}

#[test]
fn nalgebra_columns() {
    watch!();
    everywhere(|| {
        let mut matrix = DMatrix::from_fn(20, 300, |row, column| (row + column) as f64);
        let sums: Vec<f64> = matrix.par_column_iter().map(|column| column.sum()).collect();
        assert!(sums.iter().enumerate().all(|(column, sum)| *sum == (190 + 20 * column) as f64));
        matrix
            .par_column_iter_mut()
            .enumerate()
            .for_each(|(at, mut column)| column.add_scalar_mut(-(at as f64)));
        assert!(matrix.par_column_iter().rev().all(|column| column.sum() == 190.0));
        assert_eq!(matrix.par_column_iter().zip(0..10).len(), 10);
    });
}

#[test]
fn image_pixels() {
    watch!();
    everywhere(|| {
        let mut image: ImageBuffer<Luma<u16>, Vec<u16>> =
            ImageBuffer::from_par_fn(64, 48, |x, y| Luma([(x + 64 * y) as u16]));
        assert_eq!(
            image.par_pixels().map(|pixel| u64::from(pixel[0])).sum::<u64>(),
            3071 * 3072 / 2
        );
        image.par_enumerate_pixels_mut().for_each(|(x, _, pixel)| pixel[0] -= x as u16);
        image.par_pixels_mut().rev().for_each(|pixel| pixel[0] /= 64);
        assert!(image.par_enumerate_pixels().all(|(_, y, pixel)| u32::from(pixel[0]) == y));
        assert_eq!(image.par_enumerate_pixels().len(), 64 * 48);
    });
}
