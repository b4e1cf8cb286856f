//! Tools that read and write files: jwalk, tokei, exr, image, oxipng.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use exr::prelude::traits::*;
use exr::prelude::{Encoding, Image, SpecificChannels, Vec2};
use jwalk::{Parallelism, WalkDir};
use rayon::prelude::*;

use crate::kit::{Folder, everywhere, planted, pool_of};

/// Far longer than jwalk's second: what is late here is lost, not slow.
const BUSY: Duration = Duration::from_secs(50);

fn paths(walk: WalkDir) -> BTreeSet<std::path::PathBuf> {
    walk.into_iter().map(|entry| entry.expect("the walk goes on").path()).collect()
}

/// The walk is a `par_bridge` over a queue that it refills, in a job spawned by a thread that then takes the entries
/// in order; it gives up if the job does not start.
#[test]
fn jwalk_walks() {
    watch!();
    let folder = Folder::with_tree("jwalk", 3, 4);
    let (folders, files) = planted(3, 4);
    let serial = paths(WalkDir::new(folder.path()).parallelism(Parallelism::Serial));
    assert_eq!(serial.len(), folders + files);
    let global = || Parallelism::RayonDefaultPool { busy_timeout: BUSY };
    assert_eq!(paths(WalkDir::new(folder.path()).parallelism(global())), serial);
    for threads in [1, 2, 4] {
        assert_eq!(
            paths(WalkDir::new(folder.path()).parallelism(Parallelism::RayonNewPool(threads))),
            serial
        );
        let pool = Arc::new(pool_of(threads));
        let existing =
            || Parallelism::RayonExistingPool { pool: pool.clone(), busy_timeout: Some(BUSY) };
        // Several walks at a time on one pool, each taken by a thread of its own.
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    assert_eq!(
                        paths(WalkDir::new(folder.path()).sort(true).parallelism(existing())),
                        serial
                    )
                });
            }
        });
    }
}

/// Foreign threads walk and send paths through a channel; a `par_bridge` counts the lines of each.
#[test]
fn tokei_counts() {
    watch!();
    let folder = Folder::with_tree("tokei", 3, 3);
    let (folders, files) = planted(3, 3);
    everywhere(|| {
        let mut languages = tokei::Languages::new();
        languages.get_statistics(&[folder.path()], &[], &tokei::Config::default());
        let rust = &languages[&tokei::LanguageType::Rust];
        assert_eq!(rust.reports.len(), files);
        assert_eq!(
            (rust.code, rust.comments, rust.blanks),
            (6 * folders, 6 * folders, 6 * folders)
        );
    });
}

const SIZE: (usize, usize) = (160, 120);

fn pixel(x: usize, y: usize) -> (f32, f32, f32) {
    (x as f32, y as f32, (x * y) as f32)
}

fn exr_file(encoding: Encoding) -> Vec<u8> {
    let pixels = SpecificChannels::rgb(|at: Vec2<usize>| pixel(at.0, at.1));
    let mut file = Vec::new();
    let image = Image::from_encoded_channels(SIZE, encoding, pixels);
    image.write().to_buffered(Cursor::new(&mut file)).expect("the image can be written");
    file
}

/// The number of pixels read that are as they were written.
fn right_pixels(file: &[u8]) -> exr::error::Result<usize> {
    let image = exr::prelude::read()
        .no_deep_data()
        .largest_resolution_level()
        .rgb_channels(
            |_, _| 0,
            |right: &mut usize, at, read: (f32, f32, f32)| {
                *right += usize::from(read == pixel(at.0, at.1))
            },
        )
        .first_valid_layer()
        .all_attributes()
        .from_buffered(Cursor::new(file))?;
    Ok(image.layer_data.channel_data.pixels)
}

/// Each image makes a pool, sends it jobs from this thread, waits on a channel and drops the pool, without waiting for
/// its threads.
#[test]
fn exr_round_trips() {
    watch!();
    everywhere(|| {
        for encoding in
            [Encoding::FAST_LOSSLESS, Encoding::SMALL_FAST_LOSSLESS, Encoding::SMALL_LOSSLESS]
        {
            assert_eq!(
                right_pixels(&exr_file(encoding)).expect("the image can be read"),
                SIZE.0 * SIZE.1
            );
        }
    });
}

/// A file that ends early: the pool goes while jobs still decompress what was there.
#[test]
fn exr_gives_up() {
    watch!();
    let file = exr_file(Encoding::FAST_LOSSLESS);
    for part in 1..20 {
        assert!(right_pixels(&file[..file.len() * part / 20]).is_err());
    }
}

/// image's default features bring exr, and with it rayon-core, beside rayon.
#[test]
fn image_reads_what_exr_wrote() {
    watch!();
    let file = exr_file(Encoding::SMALL_LOSSLESS);
    everywhere(|| {
        let image = image::load_from_memory_with_format(&file, image::ImageFormat::OpenExr)
            .unwrap()
            .into_rgb32f();
        let right = image.par_enumerate_pixels().filter(|(x, y, read)| {
            let (red, green, blue) = pixel(*x as usize, *y as usize);
            read.0 == [red, green, blue]
        });
        assert_eq!(right.count(), SIZE.0 * SIZE.1);
    });
}

/// It spawns its trials and then spins on `yield_local` until all of them have run: on one thread they run there or
/// nowhere.
#[test]
fn oxipng_optimizes() {
    watch!();
    let data = (0..64 * 64).flat_map(|n| [(n % 64) as u8, (n / 64) as u8, 7]).collect();
    let color = oxipng::ColorType::RGB { transparent_color: None };
    let raw = oxipng::RawImage::new(64, 64, color, oxipng::BitDepth::Eight, data).unwrap();
    let optimize = || raw.create_optimized_png(&oxipng::Options::from_preset(2)).unwrap();
    let once = pool_of(1).install(optimize);
    everywhere(|| assert_eq!(optimize().len(), once.len()));
    let again = oxipng::optimize_from_memory(&once, &oxipng::Options::from_preset(1)).unwrap();
    assert!(again.len() <= once.len());
}
