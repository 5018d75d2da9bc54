//! The chain solver on real statements whose days are out of order.

use kapix_benches::berka;
use kapix_core::{Limits, ledger::Ledger};
use std::path::{Path, PathBuf};

/// The directory `KAPIX_DATA`, else the data beside the workspace.
fn data() -> PathBuf {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    std::env::var_os("KAPIX_DATA").map_or(beside, PathBuf::from)
}

#[test]
fn balances_chain_on_every_day_of_every_account() {
    let dir = data().join("berka");
    if !dir.is_dir() {
        eprintln!("skipped: no Berka data; set KAPIX_DATA");
        return;
    }
    let accounts = berka::accounts(&dir).unwrap();
    assert_eq!(accounts.len(), 1_229);
    let (mut days, mut chained) = (0, 0);
    for (number, account) in accounts {
        let as_of = berka::as_of(&account).unwrap();
        let ledger = Ledger::build(&berka::applicant(account), as_of, &Limits::default()).unwrap();
        for account in &ledger.accounts {
            assert_eq!(account.days_chained, account.days, "account {number}");
            days += account.days;
            chained += account.days_chained;
        }
    }
    // Counted from the file with a script of its own: distinct pairs of account and date up to 1994-03-30.
    assert_eq!((days, chained), (38_821, 38_821));
}
