use super::{Country, Persona, SampleOptions, applicant};
use crate::cashflow::features;
use crate::domain::Ledger;
use crate::limits::Limits;

#[test]
fn show() {
    let names = [
        "balance_min_to_outflow_ratio_90d",
        "balance_variability",
        "low_balance_days_share_90d",
        "negative_balance_days_90d",
        "balance_outflow_days",
        "balance_trend_90d",
        "income_months_share",
        "income_volatility",
        "inflow_outflow_ratio_90d",
        "negative_net_months_share",
        "transactions_90d",
        "income_mean_monthly_minor",
    ];
    for persona in Persona::ALL {
        for country in Country::ALL {
            for risk in [0.0, 0.3, 0.8] {
                let mut line = format!("{persona:?} {country:?} {risk}:");
                let o = SampleOptions {
                    persona: Some(persona),
                    country: Some(country),
                    risk: Some(risk),
                    days: Some(200),
                    ..Default::default()
                };
                let s = applicant(11, &o).unwrap();
                let l = Ledger::build(&s.data, s.as_of, &Limits::default()).unwrap();
                let f = features(&l);
                for n in names {
                    line += &format!(" {:.2}", f.get(n).unwrap().value.unwrap_or(f64::NAN));
                }
                line += &format!(
                    " | find {:?} zero {:?} od {:?} bet {:.2} loans {:?}",
                    l.findings.iter().map(|f| f.kind).collect::<Vec<_>>(),
                    s.truth.first_zero_on,
                    s.truth.overdraft.days_used,
                    s.truth.betting_share,
                    s.truth.loans.iter().map(|l| l.outcome).collect::<Vec<_>>()
                );
                println!("{line}");
            }
        }
    }
}
