//! How statements word a row: operators and banks of three countries, charges included.
//!
//! The phrases are those that public parsers of such statements look for. Persons are initials with a masked number,
//! companies and their codes are invented, charges have the size of tariffs and are no operator's.

use super::dice::{Dice, SYMBOLS, symbol};
use super::options::{Country, Persona};
use super::persona::Profile;
use super::truth::{IncomeKind, Label};

/// The texts of a row.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub(super) description: String,
    pub(super) counterparty: Option<String>,
}

/// The people and companies around one applicant.
#[derive(Debug)]
pub(super) struct Wording {
    country: Country,
    income: IncomeKind,
    payer: &'static str,
    landlord: String,
    bookmaker: &'static str,
    lender: &'static str,
    friends: Vec<String>,
    dice: Dice,
    rows: i64,
}

const EMPLOYERS: [&str; 8] = [
    "TEMBO LOGISTICS LTD",
    "BLUE ACACIA SCHOOLS",
    "HARBOUR FOODS LTD",
    "SUNBIRD CLINICS",
    "IRONWOOD BUILDERS",
    "CLEARWATER HOTELS",
    "MERIDIAN TEXTILES",
    "QUARRY ROAD ESTATES",
];
const PLATFORMS: [&str; 3] = ["SWIFTBODA RIDES", "ERRANDLY", "TASKNEST"];
const COOPERATIVES: [&str; 3] = ["GREEN VALLEY COOPERATIVE", "HILLSIDE GRAIN BUYERS", "MORNING DAIRY"];
const SHOPS: [&str; 12] = [
    "CORNER MINIMART",
    "FRESH BASKET",
    "SAVANNA SUPERMARKET",
    "CITY PHARMACY",
    "HILLTOP BUTCHERY",
    "RIVERSIDE CAFE",
    "MAMA GROCERIES",
    "PETRO PLUS",
    "HARDWARE CENTRE",
    "BRIGHT STATIONERS",
    "KITENGE FASHIONS",
    "METRO BUS",
];
const WHOLESALERS: [&str; 3] = ["UNION WHOLESALERS", "DELTA DISTRIBUTORS", "CROWN CASH AND CARRY"];
const BOOKMAKERS: [&str; 3] = ["BAHATI BET", "GOALRUSH", "LUCKY LION BETS"];
const LENDERS: [&str; 3] = ["PESAPLUS CREDIT", "QUICKLEAF LOANS", "M-Shwari"];
const UTILITIES: [&str; 4] =
    ["NATIONAL POWER PREPAID", "CITY WATER", "FIBRELINE INTERNET", "SHIELD INSURANCE"];
const AGENTS: [&str; 3] = ["JUNCTION STAGE AGENCY", "MARKET SQUARE AGENCY", "STATION ROAD AGENCY"];

/// Returns the name that a betting row carries; the test of the betting share reads it.
#[cfg(test)]
pub(super) const fn bookmakers() -> [&'static str; 3] {
    BOOKMAKERS
}

impl Wording {
    pub(super) fn new(country: Country, persona: Persona, income: IncomeKind, mut dice: Dice) -> Self {
        let payer = match persona {
            Persona::GigWorker => dice.pick(&PLATFORMS),
            Persona::Farmer => dice.pick(&COOPERATIVES),
            _ => dice.pick(&EMPLOYERS),
        };
        // M-Shwari is a product of Kenya.
        let lenders = if country == Country::Kenya { &LENDERS[..] } else { LENDERS.split_at(2).0 };
        let mut wording = Self {
            country,
            income,
            payer,
            landlord: String::new(),
            bookmaker: dice.pick(&BOOKMAKERS),
            lender: dice.pick(lenders),
            friends: Vec::new(),
            dice,
            rows: 0,
        };
        wording.landlord = format!("{} PROPERTIES", wording.initials());
        wording.friends = (0..8).map(|_| wording.person()).collect();
        wording
    }

    /// Returns the words of a row; `on_credit` when the operator's overdraft pays it.
    pub(super) fn of(&mut self, label: Label, on_credit: bool) -> Words {
        let party = self.party(label);
        let template = match self.country {
            Country::Kenya => kenya(label, self.income, self.lender == "M-Shwari", on_credit),
            Country::Nigeria => nigeria(label, self.income),
            Country::SouthAfrica => south_africa(label, self.income),
        };
        let mut description = template.replace("{party}", party.as_deref().unwrap_or_default());
        if template.contains("{code}") {
            description = description.replace("{code}", &self.dice.number(6).to_string());
        }
        Words { description, counterparty: party }
    }

    /// Returns the next id of a row, unlike every other of the applicant: in Kenya ten upper-case symbols like a
    /// receipt number, elsewhere a reference with digits.
    pub(super) fn id(&mut self) -> String {
        self.rows += 1;
        match self.country {
            Country::Kenya => {
                let mut id = String::from("S");
                id.extend((0..5).map(|_| self.dice.symbol()));
                let places = [SYMBOLS * SYMBOLS * SYMBOLS, SYMBOLS * SYMBOLS, SYMBOLS, 1];
                id.extend(places.map(|place| symbol(self.rows / place % SYMBOLS)));
                id
            }
            Country::Nigeria => format!("NIP{}{:06}", self.dice.number(9), self.rows),
            Country::SouthAfrica => format!("FT{}{:06}", self.dice.number(6), self.rows),
        }
    }

    fn party(&mut self, label: Label) -> Option<String> {
        let dice = &mut self.dice;
        let name = match label {
            Label::Income if self.income == IncomeKind::Trader => return Some(self.person()),
            Label::Income => self.payer,
            Label::Rent => return Some(self.landlord.clone()),
            Label::Shopping => dice.pick(&SHOPS),
            Label::Stock => dice.pick(&WHOLESALERS),
            Label::Bill => dice.pick(&UTILITIES),
            Label::Cash | Label::MuleOut => dice.pick(&AGENTS),
            Label::BettingStake | Label::BettingIn => self.bookmaker,
            Label::LoanIn | Label::LoanRepayment => self.lender,
            Label::MuleIn | Label::TakeoverOut => return Some(self.person()),
            Label::Transfer | Label::Support | Label::Reversal => {
                let last = i64::try_from(self.friends.len()).unwrap_or(1) - 1;
                let place = usize::try_from(dice.whole(0, last)).unwrap_or(0);
                return self.friends.get(place).cloned();
            }
            _ => return None,
        };
        Some(name.to_owned())
    }

    fn initials(&mut self) -> String {
        let mut letter = || char::from(b'A' + u8::try_from(self.dice.whole(0, 25)).unwrap_or(0));
        format!("{}. {}.", letter(), letter())
    }

    /// Returns a masked number and initials.
    fn person(&mut self) -> String {
        let end = self.dice.number(3);
        let prefix = match self.country {
            Country::Kenya => "2547",
            Country::Nigeria => "23480",
            Country::SouthAfrica => "278",
        };
        format!("{prefix}******{end} {}", self.initials())
    }
}

fn kenya(label: Label, income: IncomeKind, shwari: bool, on_credit: bool) -> &'static str {
    match label {
        Label::Income => match income {
            IncomeKind::MonthlySalary => "Salary Payment from {code} - {party} via API.",
            IncomeKind::Trader => "Merchant Customer Payment from {party}",
            _ => "Business Payment from {code} - {party} via API.",
        },
        Label::Support | Label::MuleIn => "Funds received from - {party}",
        Label::Rent => "Pay Bill to {code} - {party} Acc. RENT",
        Label::Bill | Label::Stock => "Pay Bill Online to {code} - {party} Acc. {code}",
        Label::Shopping if on_credit => "Merchant Payment Fuliza M-Pesa to {code} - {party}",
        Label::Shopping => "Merchant Payment to {code} - {party}",
        Label::Transfer if on_credit => "Customer Transfer Fuliza MPesa to - {party}",
        Label::Transfer | Label::TakeoverOut => "Customer Transfer to - {party}",
        Label::Airtime if on_credit => "Airtime Purchase with Fuliza",
        Label::Airtime => "Airtime Purchase",
        Label::Cash | Label::MuleOut => "Customer Withdrawal At Agent Till {code} - {party}",
        Label::BettingStake => "Pay Bill Online to {code} - {party} Acc. 07******",
        Label::BettingIn => "Promotion Payment from {code} - {party} via API.",
        Label::LoanIn if shwari => "M-Shwari Loan",
        Label::LoanIn => "Business Payment from {code} - {party} via API. Loan",
        Label::LoanRepayment if shwari => "M-Shwari Loan Repayment",
        Label::LoanRepayment => "Pay Bill to {code} - {party} Acc. LOAN",
        Label::OverdraftIn => "OverDraft of Credit Party",
        Label::OverdraftRepayment => "OD Loan Repayment to 232323 - M-PESA Overdraw",
        Label::OwnTransfer => "M-Shwari",
        Label::Reversal => "Send Money Reversal via API",
        Label::Interest => "M-Shwari Interest",
        Label::Charge => "Charge",
    }
}

fn nigeria(label: Label, income: IncomeKind) -> &'static str {
    match label {
        Label::Income => match income {
            IncomeKind::MonthlySalary => "NIP TRANSFER FROM {party}/SALARY",
            IncomeKind::WeeklyWage => "NIP TRANSFER FROM {party}/WAGES",
            IncomeKind::Trader => "POS SETTLEMENT TERMINAL {code}/{party}",
            _ => "NIP TRANSFER FROM {party}/PAYOUT",
        },
        Label::Support | Label::MuleIn => "NIP TRANSFER FROM {party}",
        Label::Rent => "NIP TRANSFER TO {party}/RENT",
        Label::Bill => "BILL PAYMENT {party}/{code}",
        Label::Stock => "NIP TRANSFER TO {party}/GOODS",
        Label::Shopping => "POS PURCHASE TERMINAL {code} {party}",
        Label::Transfer | Label::TakeoverOut => "NIP TRANSFER TO {party}",
        Label::Airtime => "USSD AIRTIME PURCHASE 080******",
        Label::Cash | Label::MuleOut => "POS CASH WITHDRAWAL {code} {party}",
        Label::BettingStake => "WEB PURCHASE {party}",
        Label::BettingIn => "NIP TRANSFER FROM {party}/WINNINGS",
        Label::LoanIn => "NIP TRANSFER FROM {party}/LOAN DISBURSEMENT",
        Label::LoanRepayment => "DIRECT DEBIT {party}/LOAN REPAYMENT",
        Label::OverdraftIn => "OVERDRAFT DRAWDOWN",
        Label::OverdraftRepayment => "OVERDRAFT RECOVERY",
        Label::OwnTransfer => "OWN ACCOUNT TRANSFER",
        Label::Reversal => "RVSL NIP TRANSFER",
        Label::Interest => "CREDIT INTEREST",
        Label::Charge => "CHARGE",
    }
}

fn south_africa(label: Label, income: IncomeKind) -> &'static str {
    match label {
        Label::Income => match income {
            IncomeKind::MonthlySalary => "EFT CREDIT SALARY {party}",
            IncomeKind::WeeklyWage => "EFT CREDIT WAGES {party}",
            IncomeKind::Trader => "CASH DEPOSIT {code}",
            _ => "EFT CREDIT {party}",
        },
        Label::Support | Label::MuleIn => "IMMEDIATE EFT FROM {party}",
        Label::Rent => "DEBIT ORDER {party} RENT",
        Label::Bill => "DEBIT ORDER {party} {code}",
        Label::Shopping | Label::BettingStake => "CARD PURCHASE {party}",
        Label::Stock | Label::Transfer | Label::TakeoverOut => "EFT PAYMENT TO {party}",
        Label::Airtime => "PREPAID AIRTIME 08*******",
        Label::Cash | Label::MuleOut => "ATM CASH WITHDRAWAL {code}",
        Label::BettingIn => "EFT CREDIT {party} PAYOUT",
        Label::LoanIn => "EFT CREDIT {party} LOAN",
        Label::LoanRepayment => "DEBICHECK DEBIT ORDER {party}",
        Label::OverdraftIn | Label::OverdraftRepayment => "OVERDRAFT",
        Label::OwnTransfer => "TRANSFER OWN ACCOUNT",
        Label::Reversal => "EFT PAYMENT REVERSAL",
        Label::Interest => "CREDIT INTEREST",
        Label::Charge => "FEE",
    }
}

/// Returns the words of a transfer to or from the person's savings.
pub(super) fn own_transfer(country: Country, to_savings: bool) -> &'static str {
    match (country, to_savings) {
        (Country::Kenya, true) => "M-Shwari Deposit",
        (Country::Kenya, false) => "M-Shwari Withdraw",
        (Country::Nigeria, true) => "OWN ACCOUNT TRANSFER TO SAVINGS",
        (Country::Nigeria, false) => "OWN ACCOUNT TRANSFER FROM SAVINGS",
        (Country::SouthAfrica, true) => "TRANSFER TO SAVINGS POCKET",
        (Country::SouthAfrica, false) => "TRANSFER FROM SAVINGS POCKET",
    }
}

/// Returns words and amount, in minor units, of the charge that comes with a payment, or `None` if it is free.
pub(super) fn charge(profile: &Profile, label: Label, amount_minor: i64) -> Option<(&'static str, i64)> {
    match profile.country {
        Country::Kenya => {
            let (words, table): (_, &[(i64, i64)]) = match label {
                Label::Transfer | Label::TakeoverOut => ("Customer Transfer of Funds Charge", &TRANSFER),
                Label::Rent | Label::Bill | Label::Stock => ("Pay Bill Charge", &PAY_BILL),
                Label::Cash | Label::MuleOut => ("Withdrawal Charge", &WITHDRAWAL),
                _ => return None,
            };
            let band = table.iter().rev().find(|(above, _)| amount_minor > *above);
            band.map(|(_, charge)| (words, *charge))
        }
        Country::Nigeria => match label {
            Label::Transfer | Label::TakeoverOut | Label::Rent | Label::Stock => {
                let charge = if amount_minor > 5_000_000 { 5_375 } else { 2_688 };
                Some(("NIP CHARGE + VAT", charge))
            }
            Label::Airtime => Some(("USSD SESSION CHARGE", 698)),
            Label::Income | Label::Support | Label::MuleIn if amount_minor >= 1_000_000 => {
                Some(("ELECTRONIC MONEY TRANSFER LEVY", 5_000))
            }
            Label::Cash | Label::MuleOut if amount_minor >= 1_000_000 => Some(("STAMP DUTY CHARGE", 5_000)),
            _ => None,
        },
        Country::SouthAfrica => match label {
            Label::Transfer | Label::TakeoverOut | Label::Stock => Some(("EFT PAYMENT FEE", 200)),
            Label::Cash | Label::MuleOut => Some(("CASH WITHDRAWAL FEE", 1_000)),
            Label::Income if profile.schedule.kind == IncomeKind::Trader => {
                Some(("CASH DEPOSIT FEE", (amount_minor * 12 / 1_000).max(1)))
            }
            _ => None,
        },
    }
}

/// Returns words and amount, in minor units, of the fee for an order that the balance does not cover.
pub(super) fn unpaid(country: Country) -> Option<(&'static str, i64)> {
    (country == Country::SouthAfrica).then_some(("UNPAID DEBIT ORDER FEE", 11_500))
}

/// Returns words and amount, in minor units, of what the bank takes every month.
pub(super) fn monthly(country: Country) -> Option<(&'static str, i64)> {
    match country {
        Country::Kenya => None,
        Country::Nigeria => Some(("SMS ALERT CHARGE", 24_000)),
        Country::SouthAfrica => Some(("MONTHLY ACCOUNT FEE", 6_500)),
    }
}

/// Charge in cents above an amount in cents.
const TRANSFER: [(i64, i64); 6] = [
    (10_000, 700),
    (50_000, 1_300),
    (150_000, 3_300),
    (350_000, 5_700),
    (750_000, 9_000),
    (1_500_000, 10_500),
];
const PAY_BILL: [(i64, i64); 4] = [(10_000, 500), (100_000, 1_500), (500_000, 4_200), (1_500_000, 8_600)];
const WITHDRAWAL: [(i64, i64); 5] =
    [(5_000, 2_900), (250_000, 5_200), (350_000, 8_700), (1_000_000, 16_700), (2_000_000, 19_700)];
