//! Every node of a request, changed one at a time.

use serde_json::{Value, json};

/// Stands in for the changed node until the text is written; no vector holds it.
const HERE: &str = "@here@";
/// Longer than `string_bytes`, 65,536.
const LONG: usize = 70_000;
/// Deeper than `json_depth`, 64.
const DEEP: usize = 70;
/// Elements of a longer array that are changed: the first two and the last.
const ARRAY_MAX: usize = 4;

/// One change of a node.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Drop,
    Null,
    /// A value of another type.
    OtherType,
    /// A number, as it stands in the text.
    Number(&'static str),
    /// An integer beyond +-(2^53 - 1), as it stands in the text.
    Wide(&'static str),
    /// Text.
    Text(&'static str),
    LongText,
    DeepNest,
    /// The member once more.
    Twice,
}

pub(crate) const CHANGES: &[Change] = &[
    Change::Drop,
    Change::Null,
    Change::OtherType,
    Change::Number("0"),
    Change::Number("-1"),
    Change::Number("9007199254740991"),
    Change::Number("1e308"),
    Change::Number("-1e308"),
    Change::Wide("9007199254740992"),
    Change::Wide("-9007199254740992"),
    Change::Wide("9223372036854775807"),
    Change::Wide("-9223372036854775808"),
    Change::Text(""),
    Change::Text("9223372036854775807"),
    Change::Text("NaN"),
    Change::LongText,
    Change::DeepNest,
    Change::Twice,
];

impl Change {
    /// Returns whether no request may pass with it at this place, whatever the operation.
    pub(crate) fn always_refused(&self, place: &str) -> bool {
        // The text of a document may be as long as a request.
        let is_long = *self == Self::LongText && !matches!(place, "/artefact" | "/document");
        is_long || matches!(self, Self::Wide(_) | Self::DeepNest | Self::Twice)
    }

    /// Returns the text of the changed node, `None` where the change does not apply.
    fn text(&self, name: Option<&str>, value: &Value) -> Option<String> {
        Some(match self {
            Self::Drop => return None,
            Self::Null => "null".to_owned(),
            Self::OtherType => match value {
                Value::Number(_) => "\"x\"".to_owned(),
                Value::Object(_) | Value::Null => "[]".to_owned(),
                Value::Array(_) => "{}".to_owned(),
                _ => "7".to_owned(),
            },
            Self::Number(number) | Self::Wide(number) => (*number).to_owned(),
            Self::Text(text) => json!(text).to_string(),
            Self::LongText => format!("\"{}\"", "a".repeat(LONG)),
            Self::DeepNest => "[".repeat(DEEP) + &"]".repeat(DEEP),
            Self::Twice => format!("{value},{}:{value}", json!(name?)),
        })
    }
}

/// Returns the JSON pointers of the nodes that are changed.
pub(crate) fn nodes(value: &Value, place: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let place = format!("{place}/{}", name.replace('~', "~0").replace('/', "~1"));
                found.push(place.clone());
                nodes(value, &place, found);
            }
        }
        Value::Array(elements) => {
            let sampled = elements.len() > ARRAY_MAX;
            for (index, value) in elements.iter().enumerate() {
                if sampled && index > 1 && index + 1 < elements.len() {
                    continue;
                }
                let place = format!("{place}/{index}");
                found.push(place.clone());
                nodes(value, &place, found);
            }
        }
        _ => {}
    }
}

/// Returns the request with one change, `None` where it does not apply.
pub(crate) fn changed(request: &Value, place: &str, change: &Change) -> Option<String> {
    let (parent, last) = place.rsplit_once('/')?;
    let last = last.replace("~1", "/").replace("~0", "~");
    let mut copy = request.clone();
    let parent = copy.pointer_mut(parent)?;
    let name = parent.is_object().then_some(last.as_str());
    if *change == Change::Drop {
        match parent {
            Value::Object(members) => members.remove(&last),
            Value::Array(elements) => Some(elements.remove(last.parse().ok()?)),
            _ => None,
        }?;
        return Some(copy.to_string());
    }
    let node = match parent {
        Value::Object(members) => members.get_mut(&last)?,
        Value::Array(elements) => elements.get_mut(last.parse::<usize>().ok()?)?,
        _ => return None,
    };
    let text = change.text(name, node)?;
    *node = json!(HERE);
    Some(copy.to_string().replacen(&json!(HERE).to_string(), &text, 1))
}
