package kapix_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"

	kapix "github.com/kapix/kapix-go"
)

// The loan story: transactions in; points, the reason and the record, proved, out. The card was developed in Python.
func ExampleEngine_CreditScore() {
	card, err := os.ReadFile("../../examples/developed_card.json")
	if err != nil {
		log.Fatal(err)
	}
	engine, err := kapix.Load(card)
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	text, err := os.ReadFile("../../examples/data/kenya_salaried.json")
	if err != nil {
		log.Fatal(err)
	}
	var request kapix.CreditScoreRequest
	if err := json.Unmarshal(text, &request); err != nil {
		log.Fatal(err)
	}
	response, err := engine.CreditScore(context.Background(), &request)
	if err != nil {
		log.Fatal(err)
	}
	total := *response.Explanation.BasePoints
	for _, characteristic := range response.Explanation.Characteristics {
		total += characteristic.Points
	}
	reason := response.Explanation.FavourableReasons[0]
	fmt.Println(response.Decision, "in band", response.RiskBand, "as of", response.AsOf)
	fmt.Println("the points sum:", total == response.Points)
	fmt.Println("a probability:", response.PD != nil)
	fmt.Println("because", reason.Features)
	record, err := engine.Record(response.AuditID)
	if err != nil {
		log.Fatal(err)
	}
	seal := hmac.New(sha256.New, record.Salt)
	seal.Write(record.Response)
	var leaf struct {
		ResponseHMAC string `json:"response_hmac"`
	}
	if err := json.Unmarshal(record.Leaf, &leaf); err != nil {
		log.Fatal(err)
	}
	fmt.Println("the record proves the response:", leaf.ResponseHMAC == hex.EncodeToString(seal.Sum(nil)))
	// Output:
	// approve in band A as of 2026-06-30T20:59:59Z
	// the points sum: true
	// a probability: true
	// because [balance_variability]
	// the record proves the response: true
}

func ExampleLoad() {
	engine, err := kapix.Load([]byte(`[]`), kapix.WithClock("2026-01-31T00:00:00Z"))
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	_, err = engine.CreditScore(context.Background(), &kapix.CreditScoreRequest{
		EntityID:   "applicant-1",
		EntityType: kapix.EntityTypeIndividual,
		Features:   map[string]any{"income": 1200},
	})
	fmt.Println(err)
	// Output:
	// ENTITY_NOT_FOUND (artefact.not_found): no card for entity_type `individual` is loaded at `/entity_type`
}
