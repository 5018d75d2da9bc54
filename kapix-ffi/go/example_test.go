package kapix_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

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
	response, err := engine.CreditScoreJSON(context.Background(), text)
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
	fmt.Println("the record proves the response:", record.Verify() == nil)
	// Output:
	// approve in band A as of 2026-06-30T20:59:59Z
	// the points sum: true
	// a probability: true
	// because [balance_variability]
	// the record proves the response: true
}

// What an engine on a file answers and records is there after a restart: the same key gives the same answer.
func ExampleOpen() {
	folder, err := os.MkdirTemp("", "kapix")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	features := map[string]any{"coverage_age_days": 2, "history_days": 200, "history_transactions": 120}
	request := &kapix.CreditScoreRequest{EntityID: "a-1", EntityType: "individual", Features: features, IdempotencyKey: "application-7"}
	var auditIDs []string
	for range 2 {
		engine, err := kapix.Open(filepath.Join(folder, "kapix.db"), kapix.ExpertCards())
		if err != nil {
			log.Fatal(err)
		}
		response, err := engine.CreditScore(context.Background(), request)
		if err != nil {
			log.Fatal(err)
		}
		record, err := engine.Record(response.AuditID)
		if err != nil {
			log.Fatal(err)
		}
		auditIDs = append(auditIDs, response.AuditID)
		fmt.Println("proved:", record.Verify() == nil)
		engine.Close()
	}
	fmt.Println("decided once:", auditIDs[0] == auditIDs[1])
	// Output:
	// proved: true
	// proved: true
	// decided once: true
}

// The story ends with a decision: a loan under a policy, with its reasons. A line of three hyphens stands between
// documents.
func ExampleEngine_PolicyRun() {
	engine, err := kapix.Load(bytes.Join([][]byte{kapix.ExpertCards(), kapix.ExamplePolicies()}, []byte("\n---\n")))
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	text, err := os.ReadFile("../../examples/loan.json")
	if err != nil {
		log.Fatal(err)
	}
	loan, err := engine.PolicyRunJSON(context.Background(), text)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(loan.Outcome, "under", loan.Policy.ID)
	for _, reason := range loan.Reasons {
		fmt.Println("because", reason.Text)
	}
	for _, row := range loan.MatchedRules {
		fmt.Println("by row", row.Table+"."+row.Rule)
	}
	fmt.Println("counter-offer:", loan.CounterOffer.AmountMinor, "minor units")
	// Output:
	// decline under nano_loan_ke
	// because The amount is above what we lend you now.
	// by row decision.good
	// by row tier.one_or_two
	// by row price.base
	// counter-offer: 600000 minor units
}

// A card of one's own from columns with known outcomes, and a batch that it scores.
func ExampleEngine_ScorecardDevelop() {
	const rows = 2000
	incomes, regions, known := make([]float64, rows), make([]string, rows), make([]bool, rows)
	bads := make([]int64, rows)
	for row := range rows {
		incomes[row], regions[row], known[row] = 500+float64(row*7919%rows), "lake", row%10 != 0
		share := 10
		if row%3 == 0 {
			regions[row], share = "coast", 30
		}
		if incomes[row] < 1200 {
			share += 20
		}
		if row*31%100 < share {
			bads[row] = 1
		}
	}
	columns := []kapix.Column{
		kapix.Float64Column("income", incomes), // NaN is missing
		kapix.StringColumn("region", regions).Where(known),
		kapix.Int64Column("bad", bads),
	}
	ctx := context.Background()
	none, err := kapix.Load([]byte("[]"))
	if err != nil {
		log.Fatal(err)
	}
	defer none.Close()
	refer, approve := int32(480), int32(500)
	developed, err := none.With(kapix.Control{Threads: 2}).ScorecardDevelop(ctx, &kapix.ScorecardDevelopRequest{
		Target: "bad", Bad: []any{1}, Good: []any{0}, Cutoffs: &kapix.CardCutoffs{Refer: &refer, Approve: &approve},
	}, columns...)
	if err != nil {
		log.Fatal(err)
	}
	engine, err := kapix.Load(developed.Artefact)
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	request := &kapix.CreditScoreBatchRequest{EntityType: kapix.EntityTypeIndividual}
	_, results, err := engine.CreditScoreBatch(ctx, request, columns[:2]...)
	if err != nil {
		log.Fatal(err)
	}
	points, decisions := kapix.ValuesOf[int32](results, "points"), kapix.ValuesOf[string](results, "decision")
	for row := range 3 {
		fmt.Println(incomes[row], regions[row], known[row], points[row], decisions[row])
	}
	// Output:
	// 500 coast false 521 refer
	// 2419 lake true 533 approve
	// 2338 lake true 533 approve
}

// A statement read into accounts, which a score takes as values of a request, or as columns of any length.
func ExampleInputs() {
	document, err := os.ReadFile("../../examples/data/bank_statement.csv")
	if err != nil {
		log.Fatal(err)
	}
	engine, err := kapix.Load(kapix.ExpertCards(), kapix.WithClock("2026-06-30T20:59:59Z"))
	if err != nil {
		log.Fatal(err)
	}
	defer engine.Close()
	ctx := context.Background()
	read, rows, err := engine.TransactionsRead(ctx, &kapix.TransactionsReadRequest{}, kapix.BytesColumn("document", [][]byte{document}))
	if err != nil {
		log.Fatal(err)
	}
	source := &kapix.TransactionSource{Accounts: kapix.Inputs(read.Accounts)}
	request := &kapix.CreditScoreRequest{
		EntityID: "applicant-1", EntityType: kapix.EntityTypeIndividual, Data: &kapix.Data{Bank: source},
		DataSources: []kapix.SourceKey{kapix.SourceKeyBank},
	}
	fmt.Println("rows that accounts do not list:", read.RowsNotListed)
	listed, err := engine.CreditScore(ctx, request)
	if err != nil {
		log.Fatal(err)
	}
	for place := range source.Accounts {
		source.Accounts[place].Transactions = nil // The columns bring them.
	}
	columns, err := engine.CreditScore(ctx, request, rows.Columns()...)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(read.Rows, "rows, the same answer:", listed.Points == columns.Points && listed.Decision == columns.Decision)
	// Output:
	// rows that accounts do not list: 0
	// 220 rows, the same answer: true
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

// sample returns the request and the columns of the example card; an empty cell is missing.
func sample(t *testing.T) (*kapix.ScorecardDevelopRequest, []kapix.Column) {
	t.Helper()
	file, err := os.Open("../../examples/data/development.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var columns []kapix.Column
	for place, name := range rows[0] {
		numbers, codes, texts := []float64{}, []int32{}, []string{}
		for row, cells := range rows[1:] {
			number, err := strconv.ParseFloat(cells[place], 64)
			if cells[place] == "" {
				number, err = math.NaN(), nil
			}
			if err == nil {
				numbers = append(numbers, number)
			}
			codes, texts = append(codes, int32(row)), append(texts, cells[place])
		}
		if len(numbers) == len(codes) {
			columns = append(columns, kapix.Float64Column(name, numbers))
		} else {
			columns = append(columns, kapix.TextColumn(name, codes, texts))
		}
	}
	text, err := os.ReadFile("../../examples/develop.json")
	if err != nil {
		t.Fatal(err)
	}
	request := new(kapix.ScorecardDevelopRequest)
	if err := json.Unmarshal(text, request); err != nil {
		t.Fatal(err)
	}
	return request, columns
}

func TestDevelopingAgainGivesTheCardThatPythonWrote(t *testing.T) {
	engine, err := kapix.Load([]byte("[]"), kapix.WithOption("envelope", false))
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	request, columns := sample(t)
	developed, err := engine.ScorecardDevelop(context.Background(), request, columns...)
	if err != nil {
		t.Fatal(err)
	}
	card, err := os.ReadFile("../../examples/developed_card.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(developed.Artefact, card) {
		t.Fatalf("another card: %.500s", developed.Artefact)
	}
	own, err := kapix.Load(developed.Artefact)
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	evaluated, err := own.ScorecardEvaluate(context.Background(),
		&kapix.ScorecardEvaluateRequest{EntityType: kapix.EntityTypeIndividual, Target: "bad"}, columns...)
	if err != nil {
		t.Fatal(err)
	}
	if evaluated.Statuses["scored"] != 5000 {
		t.Fatalf("%+v", evaluated.Statuses)
	}
	request.Target = "none"
	var refused *kapix.Error
	if _, err := engine.ScorecardDevelop(context.Background(), request, columns...); !errors.As(err, &refused) ||
		refused.Cause != "frame.column_missing" || len(refused.Fields) != 1 || refused.Fields[0] != "/target" {
		t.Fatalf("%v", err)
	}
	done, stop := context.WithCancel(context.Background())
	stop()
	request.Target = "bad"
	if _, err := engine.ScorecardDevelop(done, request, columns...); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
}
