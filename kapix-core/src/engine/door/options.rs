//! A Desk from JSON: the documents and the options as every language hands them over.

use crate::audit::Signer;
use crate::canonical::to_vec;
use crate::engine::desk::{Clock, Desk, DeskOptions, Idempotency};
use crate::engine::engine::Engine;
use crate::engine::registry::EngineOptions;
use crate::error::{Cause, Error, Result};
use crate::json;
use crate::json_value::JsonValue;
use crate::limits::Limits;
use crate::time::Instant;
use serde::Deserialize;
use std::sync::Arc;

/// The longest path that an operating system takes, `PATH_MAX` of Linux.
const PATH_BYTES_MAX: usize = 4096;

/// The options in JSON; what is absent has the default of [`DeskOptions`] and [`EngineOptions`].
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct OptionsBody {
    clock: Option<String>,
    durability: Option<String>,
    envelope: Option<bool>,
    idempotency: Option<String>,
    log_key: Option<String>,
    limits: Limits,
    origin: Option<String>,
    production: bool,
    record: Option<bool>,
    store: Option<String>,
    store_text: bool,
    tenant: String,
}

impl OptionsBody {
    fn read(options: &[u8]) -> Result<Self> {
        match options {
            [] => Ok(Self::default()),
            text => json::read(text, &Limits::default()).map_err(named),
        }
    }

    fn load<T: AsRef<[u8]>>(self, documents: &[T]) -> Result<Desk> {
        let desk = self.desk().map_err(named)?;
        refuse_paths(documents)?;
        let engine = EngineOptions { limits: self.limits.clone(), production: self.production };
        let engine = Engine::load(documents, engine)?;
        match &self.store {
            Some(path) => self.open(engine, desk, path).map_err(named),
            None if self.durability.is_some() => {
                let message = "durability is that of a store: give the option store too";
                Err(named(Error::new(Cause::ValueOutOfRange, message).at("/durability")))
            }
            None => Ok(Desk::new(engine, desk)),
        }
    }

    #[cfg(feature = "sqlite")]
    fn open(&self, engine: Engine, desk: DeskOptions, path: &str) -> Result<Desk> {
        use crate::store::Durability;

        let durability = match self.durability.as_deref() {
            None | Some("group") => Durability::Group,
            Some("decision") => Durability::Decision,
            Some("os") => Durability::Os,
            Some(_) => {
                let message = "durability must be `decision`, `group` or `os`";
                return Err(Error::new(Cause::ValueOutOfRange, message).at("/durability"));
            }
        };
        Desk::open(engine, desk, std::path::Path::new(path), durability).map_err(|error| error.at("/store"))
    }

    #[cfg(not(feature = "sqlite"))]
    fn open(&self, _engine: Engine, _desk: DeskOptions, _path: &str) -> Result<Desk> {
        Err(Error::new(Cause::StoreUnavailable, "this build keeps no store in a file").at("/store"))
    }

    #[cfg(feature = "signing")]
    fn signers(&self) -> Result<Vec<Arc<dyn Signer>>> {
        use crate::audit::Ed25519Signer;

        let Some(text) = &self.log_key else { return Ok(Vec::new()) };
        let key = Ed25519Signer::from_text(text).map_err(|error| error.at("/log_key"))?;
        Ok(vec![Arc::new(key)])
    }

    #[cfg(not(feature = "signing"))]
    fn signers(&self) -> Result<Vec<Arc<dyn Signer>>> {
        match &self.log_key {
            Some(_) => {
                Err(Error::new(Cause::ValueOutOfRange, "this build signs no checkpoints").at("/log_key"))
            }
            None => Ok(Vec::new()),
        }
    }

    fn desk(&self) -> Result<DeskOptions> {
        let default = DeskOptions::default();
        let clock = match self.clock.as_deref() {
            None => default.clock,
            Some("system") => Clock::System,
            Some("none") => Clock::None,
            Some(instant) => Clock::Fixed(Instant::parse(instant).map_err(|error| error.at("/clock"))?),
        };
        let idempotency = match self.idempotency.as_deref() {
            None => default.idempotency,
            Some("durable") => Idempotency::Durable,
            Some("process") => Idempotency::Process,
            Some(_) => {
                let message = "idempotency must be `durable` or `process`";
                return Err(Error::new(Cause::ValueOutOfRange, message).at("/idempotency"));
            }
        };
        let signers = self.signers()?;
        // The log's own key has the name of the log (C2SP tlog-checkpoint).
        let of_key = signers.first().map(|it| it.name().to_owned());
        Ok(DeskOptions {
            clock,
            envelope: self.envelope.unwrap_or(default.envelope),
            idempotency,
            record: self.record.unwrap_or(default.record),
            origin: self.origin.clone().or(of_key).unwrap_or(default.origin),
            signers,
            store_text: self.store_text,
            tenant: self.tenant.clone(),
        })
    }
}

/// Returns the error of an option with the option in its message.
fn named(error: Error) -> Error {
    let Some(name) = error.fields.first().and_then(|field| field.strip_prefix('/')) else { return error };
    let message = format!("option `{}`: {}", name.replace('/', "."), error.message);
    Error { message, ..error }
}

/// Refuses the path of a file in place of the document in it.
fn refuse_paths<T: AsRef<[u8]>>(documents: &[T]) -> Result<()> {
    let is_path = |document: &T| {
        let text = document.as_ref().trim_ascii();
        let is_line = text.len() <= PATH_BYTES_MAX && !text.contains(&b'\n') && !text.starts_with(b"\"");
        let name = text.to_ascii_lowercase();
        let has_extension =
            [&b".json"[..], b".yaml", b".yml"].iter().any(|it| text.len() > it.len() && name.ends_with(it));
        is_line && (has_extension || matches!(text, [b'/' | b'.' | b'~', ..]))
    };
    let Some(index) = documents.iter().position(is_path) else { return Ok(()) };
    let message = "the document is no JSON; it looks like a path: give the text of the file (in Python a \
                   `pathlib.Path`, in Node.js `Engine.loadFile`)";
    let error = Error::new(Cause::JsonSyntax, message);
    Err(if documents.len() > 1 { error.at(format!("/{index}")) } else { error })
}

impl Desk {
    /// Returns a Desk of a text: an artefact or a bundle in JSON or YAML, several of them behind lines `---`, or an
    /// array of them in JSON; and of an object of options.
    ///
    /// Options, each may be absent: `clock` (`system`, `none` or an RFC 3339 instant), `envelope`, `idempotency`
    /// (`durable` or `process`), `limits`, `production`, `record`, `store` (the path of a SQLite file, which is made if
    /// there is none), `store_text`, `origin` and `log_key` (the name of the log, and the private key of its checkpoints),
    /// `durability` of that store (`decision`, `group` or `os`; default `group`), `tenant`. Empty text is `{}`. Unknown ones are
    /// refused. Errors: those of [`Engine::load`], and of the options at pointers that start at them.
    ///
    /// ```
    /// use kapix_core::{Desk, Idempotency, artefact::EXPERT_CARDS};
    ///
    /// let options = br#"{"clock": "2026-03-31T12:00:00Z", "idempotency": "process", "tenant": "lender-7"}"#;
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), options)?;
    /// assert_eq!((desk.options().idempotency, &*desk.options().tenant), (Idempotency::Process, "lender-7"));
    /// assert!(Desk::load(EXPERT_CARDS.as_bytes(), br#"{"tennant": "lender-7"}"#).is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn load(artefacts: &[u8], options: &[u8]) -> Result<Self> {
        let body = OptionsBody::read(options)?;
        let several = match artefacts.trim_ascii_start() {
            [b'[', ..] => Some(JsonValue::read_text(artefacts, &body.limits)?),
            _ => None,
        };
        match several {
            Some(JsonValue::Array(documents)) => {
                let documents = documents.iter().map(to_vec).collect::<Result<Vec<_>>>()?;
                body.load(&documents)
            }
            _ => body.load(&[artefacts]),
        }
    }

    /// Returns a Desk of documents in JSON or YAML, for languages that hand them over one by one; the options are those of
    /// [`Desk::load`].
    ///
    /// ```
    /// use kapix_core::{Cause, Desk, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load_documents(&[EXPERT_CARDS], b"{}")?;
    /// assert!(desk.options().record);
    /// // The same cards twice.
    /// let twice = Desk::load_documents(&[EXPERT_CARDS, EXPERT_CARDS], b"{}");
    /// assert_eq!(twice.map_err(|error| error.cause).err(), Some(Cause::ArtefactDuplicate));
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn load_documents<T: AsRef<[u8]>>(documents: &[T], options: &[u8]) -> Result<Self> {
        OptionsBody::read(options)?.load(documents)
    }

    /// Puts an engine of these documents in place, with the limits of the present one; see [`Desk::swap`].
    ///
    /// ```
    /// use kapix_core::{Desk, artefact::EXPERT_CARDS};
    ///
    /// let desk = Desk::load(EXPERT_CARDS.as_bytes(), br#"{"limits": {"rows": 7}}"#)?;
    /// desk.swap_documents(&[EXPERT_CARDS])?;
    /// assert_eq!(desk.engine().limits().rows, 7);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn swap_documents<T: AsRef<[u8]>>(&self, documents: &[T]) -> Result<()> {
        refuse_paths(documents)?;
        let options = self.engine().options().clone();
        self.swap(Engine::load(documents, options)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Desk;
    use crate::engine::{Clock, Idempotency};

    const CARDS: &[u8] = crate::artefact::EXPERT_CARDS.as_bytes();

    #[test]
    fn absent_options_have_the_defaults_of_the_desk() {
        for options in ["", "{}", "{\"limits\":{}}"] {
            let desk = Desk::load(CARDS, options.as_bytes()).unwrap();
            let (own, default) = (desk.options(), crate::DeskOptions::default());
            assert_eq!(
                (own.clock, own.envelope, own.record),
                (default.clock, default.envelope, default.record)
            );
            assert_eq!(
                (own.idempotency, &own.origin, &own.tenant),
                (default.idempotency, &default.origin, &default.tenant)
            );
            assert!(own.signers.is_empty());
        }
    }

    #[test]
    fn options_arrive_where_they_belong() {
        let options = br#"{"clock":"2026-03-31T12:00:00Z","envelope":false,"idempotency":"process",
            "limits":{"rows":7},"record":false,"tenant":"a"}"#;
        let desk = Desk::load(CARDS, options).unwrap();
        assert!(matches!(desk.options().clock, Clock::Fixed(_)));
        assert_eq!(desk.options().idempotency, Idempotency::Process);
        assert!(!desk.options().envelope && !desk.options().record);
        assert_eq!((desk.options().tenant.as_str(), desk.engine().limits().rows), ("a", 7));
    }

    #[test]
    fn a_path_in_place_of_a_document_is_told_as_such() {
        for path in [
            "card.json",
            "policy.yaml",
            "a/b.YML",
            "/srv/cards/CARD.JSON",
            "./card",
            "~/card",
            "C:\\cards\\card.json ",
        ] {
            let error = Desk::load(path.as_bytes(), b"").unwrap_err();
            assert_eq!((error.cause.as_str(), error.fields.len()), ("json.syntax", 0), "{path}");
            assert!(error.message.contains("looks like a path") && !error.message.contains(path));
            let second = Desk::load_documents(&[CARDS, path.as_bytes()], b"").unwrap_err();
            assert_eq!(second.fields, ["/1"]);
            let desk = Desk::load(CARDS, b"").unwrap();
            assert!(desk.swap_documents(&[path]).unwrap_err().message.contains("looks like a path"));
        }
        for text in ["{", "card", "\"card.json\"", "{\"kapix\":\n\"a.json"] {
            let error = Desk::load(text.as_bytes(), b"").unwrap_err();
            assert!(!error.message.contains("path"), "{text}: {}", error.message);
        }
    }

    #[test]
    fn an_array_of_one_document_is_that_document() {
        let array = [b" [", CARDS, b"]"].concat();
        let (one, array) = (Desk::load(CARDS, b"").unwrap(), Desk::load(&array, b"").unwrap());
        let describe = |desk: &Desk| desk.call("engine.describe", b"{}", &crate::Control::default()).status;
        assert_eq!((describe(&one), describe(&array)), (0, 0));
    }

    #[test]
    fn a_wrong_option_is_an_error_at_its_place() {
        for (options, cause, field) in [
            ("{\"clok\":\"none\"}", "json.unknown_field", "/clok"),
            ("{\"clock\":\"noon\"}", "time.syntax", "/clock"),
            ("{\"idempotency\":\"never\"}", "value.out_of_range", "/idempotency"),
            ("{\"record\":1}", "json.shape", "/record"),
            ("{\"clock\":5}", "json.shape", "/clock"),
            ("{\"tenant\":5}", "json.shape", "/tenant"),
            ("{\"limits\":{\"rows\":-1}}", "value.out_of_range", "/limits/rows"),
            ("{\"limits\":{\"row\":1}}", "json.unknown_field", "/limits/row"),
        ] {
            let error = Desk::load(CARDS, options.as_bytes()).unwrap_err();
            assert_eq!((error.cause.as_str(), error.fields), (cause, vec![field.to_owned()]), "{options}");
            let name = format!("option `{}`: ", field[1..].replace('/', "."));
            assert!(error.message.starts_with(&name), "{}", error.message);
        }
        let error = Desk::load(CARDS, b"{\"production\":true}").unwrap_err();
        assert_eq!(error.cause.as_str(), "artefact.not_approved");
    }
}
