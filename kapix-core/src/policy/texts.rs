//! What applicants and staff are told of a doubt, in the languages of the engine.

use super::verdict::PolicyDoubt;

/// The languages of the engine's own texts, ISO 639-1; a policy may have more.
pub const LANGUAGES: [&str; 3] = ["en", "fr", "sw"];

impl PolicyDoubt {
    /// Returns the text of a doubt; English in a language that the engine does not have.
    ///
    /// ```
    /// use kapix_core::policy::PolicyDoubt;
    ///
    /// assert_eq!(PolicyDoubt::MissingInput.text("fr"), "Une information nécessaire à la décision manque.");
    /// assert_eq!(PolicyDoubt::MissingInput.text("de"), PolicyDoubt::MissingInput.text("en"));
    /// ```
    pub fn text(self, language: &str) -> &'static str {
        let [english, french, swahili] = match self {
            Self::MissingInput => [
                "Information that the decision needs is missing.",
                "Une information nécessaire à la décision manque.",
                "Taarifa inayohitajika kwa uamuzi haipo.",
            ],
            Self::InputStale => [
                "Information that the decision needs is too old or has no date.",
                "Une information nécessaire à la décision est trop ancienne ou sans date.",
                "Taarifa inayohitajika kwa uamuzi ni ya zamani mno au haina tarehe.",
            ],
            Self::InputOutOfRange => [
                "A value lies outside the range that is possible.",
                "Une valeur se trouve hors des limites possibles.",
                "Thamani moja iko nje ya kiwango kinachowezekana.",
            ],
            Self::InputMismatch => [
                "Information of another applicant was sent, or an earlier result that may not count here.",
                "Des informations concernant une autre personne ont été envoyées, ou un résultat antérieur qui ne peut pas compter ici.",
                "Taarifa za mwombaji mwingine zimetumwa, au matokeo ya awali yasiyoweza kuhesabiwa hapa.",
            ],
            Self::DivisionByZero | Self::Overflow | Self::NoValue => [
                "A value that the decision needs could not be computed.",
                "Une valeur nécessaire à la décision n'a pas pu être calculée.",
                "Thamani inayohitajika kwa uamuzi haikuweza kukokotolewa.",
            ],
            Self::StepRefused => [
                "An assessment that the decision needs gave no result.",
                "Une évaluation nécessaire à la décision n'a donné aucun résultat.",
                "Tathmini inayohitajika kwa uamuzi haikutoa matokeo.",
            ],
            Self::StepReferred => [
                "An assessment asks for a review by a person.",
                "Une évaluation demande l'examen du dossier par une personne.",
                "Tathmini inaomba ombi likaguliwe na mtu.",
            ],
            Self::NoRowMatched => [
                "No rule of the policy covers the application.",
                "Aucune règle de la politique ne couvre la demande.",
                "Hakuna kanuni ya sera inayohusu ombi hili.",
            ],
            Self::RowsDisagree => [
                "Rules of the policy disagree about the application.",
                "Des règles de la politique se contredisent au sujet de la demande.",
                "Kanuni za sera zinapingana kuhusu ombi hili.",
            ],
            Self::AboveLimit => [
                "The amount asked for is above the limit.",
                "Le montant demandé dépasse la limite.",
                "Kiasi kilichoombwa kinazidi kikomo.",
            ],
        };
        match language {
            "fr" => french,
            "sw" => swahili,
            _ => english,
        }
    }
}
