//! Where the file of a store must not be: locks and shared memory do not hold on network file systems (sqlite.org/wal.html,
//! "Disadvantages"; sqlite.org/howtocorrupt.html, section 2.1), so that two processes there would destroy the file.

use crate::error::{Cause, Error, Result};
use std::path::Path;

/// Refuses a file on a network file system, by its name.
#[cfg(target_os = "linux")]
pub(super) fn check(path: &Path) -> Result<()> {
    // The folder, where there is no file yet. What cannot be looked at is told when it is opened.
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let looked_at = rustix::fs::statfs(path).or_else(|_| rustix::fs::statfs(folder));
    let Ok(found) = looked_at else { return Ok(()) };
    match name_of(found.f_type) {
        Some(name) => Err(refusal(name)),
        None => Ok(()),
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) fn check(path: &Path) -> Result<()> {
    // A path of a server on Windows.
    let text = path.to_string_lossy();
    let is_remote = text.starts_with("\\\\") && !text.starts_with("\\\\?\\") && !text.starts_with("\\\\.\\");
    if is_remote { Err(refusal("SMB")) } else { Ok(()) }
}

fn refusal(name: &str) -> Error {
    let message = format!(
        "the file lies on `{name}`, a network file system, where locks do not hold: put it on a disk of this machine"
    );
    Error::new(Cause::StoreUnavailable, message)
}

/// Returns the name of a network file system, by its magic number (Linux, `include/uapi/linux/magic.h` and the file systems'
/// own headers; `man 2 statfs`).
#[cfg(target_os = "linux")]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a magic number has 32 bits")]
fn name_of(kind: rustix::fs::FsWord) -> Option<&'static str> {
    Some(match kind as u32 {
        0x6969 => "NFS",
        0x517b => "SMB",
        0xff53_4d42 => "CIFS",
        0xfe53_4d42 => "SMB2",
        0x5346_414f => "AFS",
        0x0102_1997 => "9P",
        0x00c3_6400 => "Ceph",
        0x0bd0_0bd0 => "Lustre",
        0x7375_7245 => "Coda",
        0x564c => "NCP",
        _ => return None,
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn network_file_systems_are_refused_by_name_and_local_ones_pass() {
        assert_eq!(name_of(0x6969), Some("NFS"));
        assert_eq!(name_of(rustix::fs::FsWord::from(0xff53_4d42_u32)), Some("CIFS"));
        for local in [0xef53, 0x9123_683e_u32, 0x5846_5342, 0x0102_1994, 0x794c_7630] {
            assert_eq!(name_of(rustix::fs::FsWord::from(local)), None, "{local:x}");
        }
        assert!(check(&std::env::temp_dir().join("kapix.db")).is_ok());
        assert!(refusal("NFS").message.contains("`NFS`"));
    }
}
