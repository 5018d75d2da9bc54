use super::*;
use crate::fitting::Target;
use crate::numeric::{Random, logistic};
fn data(rows: usize, cols: usize) -> (Vec<Vec<u16>>, Vec<Vec<f64>>, Vec<u8>) {
    let mut r = Random::new(7, 0);
    let tables: Vec<Vec<f64>> =
        (0..cols).map(|_| (0..8).map(|k| 1.2 - 0.3 * f64::from(k) + 0.1 * r.normal()).collect()).collect();
    let mut slots = vec![Vec::with_capacity(rows); cols];
    let mut bad = Vec::with_capacity(rows);
    for _ in 0..rows {
        let common = r.next_u32();
        let mut eta = -2.0;
        for c in 0..cols {
            let w = r.next_u32();
            let s = if w & 7 < 2 { (common >> (c % 8)) as u16 & 7 } else { (w >> 8) as u16 & 7 };
            slots[c].push(s);
            eta -= (if c % 3 == 0 { 0.3 } else { 0.02 }) * tables[c][usize::from(s)];
        }
        bad.push(u8::from(r.uniform() < logistic(eta)));
    }
    (slots, tables, bad)
}
#[test]
fn measure_fit() {
    for (rows, cols) in [(1_000_000, 100), (10_000, 23)] {
        let (slots, tables, bad) = data(rows, cols);
        eprintln!("bads {}", bad.iter().map(|&b| usize::from(b)).sum::<usize>());
        let names: Vec<String> = (0..cols).map(|c| format!("x{c}")).collect();
        let design = Design {
            predictors: (0..cols)
                .map(|c| Predictor {
                    name: &names[c],
                    values: Values::Coded { slots: &slots[c], values: &tables[c] },
                })
                .collect(),
            target: Target::Binary { bad: &bad, weight: None },
            offset: None,
        };
        for threads in [1, 2, 1, 2] {
            let t = std::time::Instant::now();
            let run = Run { check: &|| Ok(()), progress: &|_, _| {}, threads };
            let p = Prepared::new(&design, &run).unwrap();
            let a = t.elapsed();
            let pass = evaluate::Pass { data: &p, kept: &(0..cols).collect::<Vec<_>>(), run: &run };
            let t2 = std::time::Instant::now();
            let s = pass.evaluate(&vec![0.01; cols + 1], false).unwrap();
            let b = t2.elapsed();
            let t2 = std::time::Instant::now();
            let s2 = pass.evaluate(&vec![0.01; cols + 1], true).unwrap();
            let c = t2.elapsed();
            let t2 = std::time::Instant::now();
            let f = fit(&design, &RegressionSettings::default(), &run).unwrap();
            eprintln!(
                "{rows}x{cols} threads {threads}: prepare {a:?} gradient {b:?} hessian {c:?} fit {:?} it {} conv {} gn {:e} {} {}",
                t2.elapsed(),
                f.report.iterations,
                f.report.converged,
                f.report.gradient_norm,
                s.log_likelihood,
                s2.log_likelihood
            );
        }
    }
}
