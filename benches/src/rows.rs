//! A CSV file, plain or gzip, as columns of numbers and of text that a frame can borrow.

use flate2::read::GzDecoder;
use kapix_core::{
    Limits,
    frame::{Column, Frame},
};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// One column: numbers where every filled cell is one, text otherwise.
#[derive(Clone, Debug)]
pub enum Cells {
    /// Numbers; NaN is missing.
    Number(Vec<f64>),
    /// Code of each row, -1 where missing, and the text of each code.
    Text(Vec<i32>, Vec<String>),
}

/// Named columns of equal length.
#[derive(Clone, Debug)]
pub struct Rows {
    /// Name and cells of each column, in the order of the file.
    pub columns: Vec<(String, Cells)>,
    /// Number of rows.
    pub len: usize,
}

impl Rows {
    /// Returns the columns of a CSV file with a heading; empty cells are missing. A name that ends in `.gz` is unpacked.
    pub fn read(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let packed = path.extension().is_some_and(|it| it == "gz");
        let input: Box<dyn Read> = if packed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
        let mut reader = csv::Reader::from_reader(input);
        let names: Vec<String> = reader.headers()?.iter().map(str::to_owned).collect();
        let mut texts: Vec<Vec<String>> = vec![Vec::new(); names.len()];
        let mut len = 0;
        for record in reader.records() {
            for (column, cell) in texts.iter_mut().zip(&record?) {
                column.push(cell.to_owned());
            }
            len += 1;
        }
        let columns = names.into_iter().zip(texts).map(|(name, texts)| (name, cells(&texts))).collect();
        Ok(Self { columns, len })
    }

    /// Returns the rows at these places, in their order; a place may stand more than once.
    #[must_use]
    pub fn pick(&self, places: &[usize]) -> Self {
        let columns = self.columns.iter().map(|(name, cells)| (name.clone(), cells.pick(places))).collect();
        Self { columns, len: places.len() }
    }

    /// Returns the columns as a frame.
    pub fn frame(&self) -> io::Result<Frame<'_>> {
        let columns = self.columns.iter().map(|(name, cells)| (name.clone(), cells.column())).collect();
        Frame::new(columns, &Limits::default()).map_err(io::Error::other)
    }

    /// Returns the cells of a column.
    pub fn column(&self, name: &str) -> Option<&Cells> {
        self.columns.iter().find(|(own, _)| own == name).map(|(_, cells)| cells)
    }
}

impl Cells {
    fn pick(&self, places: &[usize]) -> Self {
        match self {
            Self::Number(numbers) => {
                Self::Number(places.iter().filter_map(|place| numbers.get(*place).copied()).collect())
            }
            Self::Text(codes, names) => {
                let codes = places.iter().filter_map(|place| codes.get(*place).copied()).collect();
                Self::Text(codes, names.clone())
            }
        }
    }

    fn column(&self) -> Column<'_> {
        match self {
            Self::Number(numbers) => Column::float(numbers),
            Self::Text(codes, names) => Column::dictionary(codes, names.iter().map(String::as_str).collect()),
        }
    }
}

fn cells(texts: &[String]) -> Cells {
    let number = |text: &String| if text.is_empty() { Ok(f64::NAN) } else { text.parse() };
    if let Ok(numbers) = texts.iter().map(number).collect() {
        return Cells::Number(numbers);
    }
    let mut codes: BTreeMap<&str, i32> = texts.iter().map(|text| (text.as_str(), 0)).collect();
    codes.remove("");
    for (code, (_, own)) in (0..).zip(codes.iter_mut()) {
        *own = code;
    }
    let names = codes.keys().map(|name| (*name).to_owned()).collect();
    Cells::Text(texts.iter().map(|text| codes.get(text.as_str()).copied().unwrap_or(-1)).collect(), names)
}
