"""Invented applicants in Python."""

import kapix
import pytest
from kapix import sample


def test_the_same_seed_gives_the_same_applicant() -> None:
    assert sample.applicant(7, country="kenya") == sample.applicant(7, country="kenya")
    assert sample.applicant(7) != sample.applicant(8)


def test_a_population_is_scored() -> None:
    engine = kapix.Engine.load(kapix.EXPERT_CARDS)
    answers = [engine.credit.score(sample.request(made)) for made in sample.population(1, 20, days=200)]
    assert len({answer.points for answer in answers}) > 5
    assert all(finding.severity == "info" for answer in answers for finding in answer.findings)


@pytest.mark.parametrize("options", [{"days": 0}, {"country": "atlantis"}, {"risk": 2.0}, {"as_of": "1900-01-01"}])
def test_an_option_out_of_range_is_refused(options: dict[str, object]) -> None:
    with pytest.raises(kapix.ValidationError):
        sample.applicant(1, **options)  # type: ignore[arg-type]
