//! Confidence on the shipped sample: counted, it is neither far too high nor far too low.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kapix_benches::reliability::{Case, Settings, Study, table};
use kapix_benches::rows::Rows;
use serde_json::json;
use std::path::Path;

fn study() -> Study {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/development.csv");
    let settings = Settings {
        target: "bad".to_owned(),
        bad: json!(1),
        special: Vec::new(),
        exclude: ["id", "as_of"].map(str::to_owned).to_vec(),
        selection: "none".to_owned(),
        seed: 1,
        threads: 2,
    };
    Study::new(&Rows::read(&file).unwrap(), settings).unwrap()
}

/// Predicted minus observed over all cases must stay within the bounds.
fn assert_within(what: &str, cases: &[Case], (least, most): (f64, f64)) {
    let all = *table(cases).last().unwrap();
    let gap = all.predicted - all.stayed;
    assert!(
        (least..=most).contains(&gap),
        "{what}: predicted {:.3}, stayed {:.3}",
        all.predicted,
        all.stayed
    );
}

#[test]
fn decisions_stay_about_as_often_as_confidence_says() {
    let study = study();
    let made = vec![study.decisions().unwrap()];
    // Confidence counts redevelopment too, so hiding alone must leave it low.
    for hidden in [1, 2, 4] {
        let cases = study.cases(&study.hide(hidden).unwrap(), &made).unwrap();
        assert_within(&format!("hiding {hidden}"), &cases, (-0.10, 0.04));
    }
    let again = study.redevelop(12).unwrap();
    // 12 redevelopments shift the mean share by about 0.01 either way.
    assert_within("redevelopment", &study.cases(study.known(), &again.same_pd).unwrap(), (-0.03, 0.04));
    for hidden in [1, 2, 4] {
        let cases = study.cases(&study.hide(hidden).unwrap(), &again.same_pd).unwrap();
        assert_within(&format!("hiding {hidden} and redevelopment"), &cases, (-0.04, 0.05));
    }
}

#[test]
fn more_hidden_inputs_mean_less_confidence() {
    let study = study();
    let made = vec![study.decisions().unwrap()];
    let predicted = |hidden: usize| {
        let cases = study.cases(&study.hide(hidden).unwrap(), &made).unwrap();
        table(&cases).last().unwrap().predicted
    };
    let falling = [0, 1, 2, 4, 8].map(predicted);
    assert!(falling.is_sorted_by(|more, less| more > less), "{falling:?}");
}
