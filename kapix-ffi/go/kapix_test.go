package kapix_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	kapix "github.com/kapix/kapix-go"
)

func card(t testing.TB) []byte {
	t.Helper()
	text, err := os.ReadFile("../c/card.json")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func load(t testing.TB, options ...kapix.Option) *kapix.Engine {
	t.Helper()
	engine, err := kapix.Load(card(t), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	return engine
}

func score() *kapix.CreditScoreRequest {
	return &kapix.CreditScoreRequest{
		AsOf:       "2026-01-31T00:00:00Z",
		EntityID:   "applicant-1",
		EntityType: kapix.EntityTypeIndividual,
		Features:   map[string]any{"income": 6000, "region": "lake"},
	}
}

func TestPointsAreTheCards(t *testing.T) {
	response, err := load(t).CreditScore(context.Background(), score())
	if err != nil {
		t.Fatal(err)
	}
	if response.Points != 35 || response.Decision != kapix.DecisionApprove || response.PD != nil {
		t.Fatalf("%+v", response)
	}
	if !strings.HasPrefix(response.AuditID, "aud_") {
		t.Fatalf("audit id %q", response.AuditID)
	}
}

func TestErrorsSayCodeCauseAndPlace(t *testing.T) {
	engine := load(t)
	request := score()
	delete(request.Features, "income")
	request.Features["In-come"] = 1
	_, err := engine.CreditScore(context.Background(), request)
	var refused *kapix.Error
	if !errors.As(err, &refused) || !errors.Is(err, kapix.ErrValidation) || errors.Is(err, kapix.ErrClosed) {
		t.Fatalf("%v", err)
	}
	if refused.Status != 400 || refused.Cause != "data.input_unknown" || !reflect.DeepEqual(refused.Fields, []string{"/features/In-come"}) {
		t.Fatalf("%+v", refused)
	}
	request.Features = map[string]any{"income": math.NaN()}
	if _, err := engine.CreditScore(context.Background(), request); err == nil {
		t.Fatal("a NaN has no JSON")
	}
	if _, err := engine.Call(context.Background(), "no\xff such", nil); !errors.Is(err, kapix.ErrNotFound) {
		t.Fatalf("%v", err)
	}
	if _, err := kapix.Load([]byte("{}")); !errors.Is(err, kapix.ErrValidation) {
		t.Fatalf("%v", err)
	}
	if _, err := kapix.Load(card(t), kapix.WithOption("clok", "none")); !errors.Is(err, kapix.ErrValidation) {
		t.Fatalf("%v", err)
	}
	if _, err := kapix.Load(card(t), kapix.WithProduction()); !errors.Is(err, kapix.ErrForbidden) {
		t.Fatalf("%v", err)
	}
}

func TestDataThatWerePutAreAnalysedUnderTheirID(t *testing.T) {
	engine := load(t)
	defer engine.Close()
	request := &kapix.CashflowAnalyzeRequest{EntityID: "a", DataSources: []kapix.SourceKey{kapix.SourceKeyBank}}
	if _, err := engine.CashflowAnalyze(context.Background(), request); !errors.Is(err, kapix.ErrInsufficientData) {
		t.Fatalf("%v", err)
	}
	row := kapix.TransactionInput{At: "2025-12-01", AmountMinor: 100}
	account := kapix.AccountInput{AccountID: "1", Currency: "KES", Kind: "current", Transactions: []kapix.TransactionInput{row}}
	data := kapix.Data{Bank: &kapix.TransactionSource{Accounts: []kapix.AccountInput{account}}}
	put, err := engine.EntityPut(context.Background(), &kapix.EntityPutRequest{EntityID: "a", Data: data})
	if err != nil || len(put.Held) != 1 || put.Changes[0].Before != nil || put.Changes[0].After.Rows != 1 {
		t.Fatalf("%+v %v", put, err)
	}
	answer, err := engine.CashflowAnalyze(context.Background(), request)
	if err != nil || answer.Accounts[0].Rows != 1 {
		t.Fatalf("%+v %v", answer, err)
	}
}

func TestAClosedEngineIsAnError(t *testing.T) {
	engine := load(t)
	for range 2 {
		if err := engine.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := engine.CreditScore(context.Background(), score()); !errors.Is(err, kapix.ErrClosed) {
		t.Fatalf("%v", err)
	}
	column := kapix.Float64Column("income", []float64{1})
	request := &kapix.CreditScoreBatchRequest{EntityType: kapix.EntityTypeIndividual}
	if _, _, err := engine.CreditScoreBatch(context.Background(), request, column); !errors.Is(err, kapix.ErrClosed) {
		t.Fatalf("%v", err)
	}
}

func TestAnEngineClosesUnderManyCalls(t *testing.T) {
	engine := load(t)
	var group sync.WaitGroup
	for range 8 {
		group.Add(1)
		go func() {
			defer group.Done()
			for {
				response, err := engine.CreditScore(context.Background(), score())
				if errors.Is(err, kapix.ErrClosed) {
					return
				}
				if err != nil || response.Points != 35 {
					t.Errorf("%v %v", response, err)
					return
				}
			}
		}()
	}
	time.Sleep(20 * time.Millisecond)
	engine.Close()
	group.Wait()
}

func batch() *kapix.CreditScoreBatchRequest {
	return &kapix.CreditScoreBatchRequest{AsOf: "2026-01-31T00:00:00Z", EntityType: kapix.EntityTypeIndividual}
}

func TestColumnsGiveTheRowsOfJSON(t *testing.T) {
	engine := load(t)
	incomes := []float64{500, 6000, math.NaN(), 2000}
	codes := []int32{0, 1, 2, -1}
	response, rows, err := engine.CreditScoreBatch(context.Background(), batch(),
		kapix.Float64Column("income", incomes), kapix.TextColumn("region", codes, []string{"coast", "lake", "plain"}))
	if err != nil {
		t.Fatal(err)
	}
	points := kapix.ValuesOf[int32](rows, "points")
	status := kapix.ValuesOf[string](rows, "status")
	if !reflect.DeepEqual(points, []int32{5, 35, 15, 10}) || status[3] != "scored" || rows["pd"].IsNull(0) != true {
		t.Fatalf("%+v", rows)
	}
	request := batch()
	request.Columns = map[string][]any{"income": {500, 6000, nil, 2000}, "region": {"coast", "lake", "plain", nil}}
	same, none, err := engine.CreditScoreBatch(context.Background(), request)
	if err != nil || len(none) != 0 || same.Rows != response.Rows {
		t.Fatal(err)
	}
	for row, band := range kapix.ValuesOf[string](rows, "risk_band") {
		if same.Columns["points"][row] != float64(points[row]) || same.Columns["risk_band"][row] != band {
			t.Fatalf("row %d: %v", row, same.Columns)
		}
	}
	_, empty, err := engine.CreditScoreBatch(context.Background(), batch(),
		kapix.Float64Column("income", nil), kapix.TextColumn("region", nil, nil))
	if err != nil || len(empty) != 6 || len(kapix.ValuesOf[int32](empty, "points")) != 0 {
		t.Fatalf("%v", err)
	}
	short := kapix.Int64Column("income", []int64{1})
	_, _, err = engine.CreditScoreBatch(context.Background(), batch(), kapix.TextColumn("region", codes, []string{"a"}), short)
	var refused *kapix.Error
	if !errors.As(err, &refused) || refused.Cause != "frame.shape" || refused.Fields[0] != "/columns/income" {
		t.Fatalf("%v", err)
	}
	// The first column is the shorter one: no row of the others is lost in silence.
	_, err = engine.ScorecardDevelop(context.Background(), &kapix.ScorecardDevelopRequest{Target: "bad"},
		kapix.Float64Column("age", make([]float64, 2)), kapix.Int64Column("bad", make([]int64, 4)))
	if !errors.As(err, &refused) || refused.Cause != "frame.shape" || refused.Fields[0] != "/columns/age" {
		t.Fatalf("%v", err)
	}
}

func TestColumnsOfEveryTypeAreTakenAndNullsComeBack(t *testing.T) {
	engine := load(t)
	request := batch()
	request.Include = []kapix.ScoreInclude{kapix.ScoreIncludeReasons, kapix.ScoreIncludeReferralCauses, kapix.ScoreIncludeCompleteness}
	at := []time.Time{time.Unix(0, 0), time.Unix(-1, 0), time.Unix(86400, 0)}
	_, rows, err := engine.CreditScoreBatch(context.Background(), request,
		kapix.Int32Column("income", []int32{500, 6000, 500}).Where([]bool{true, true, false}),
		kapix.StringColumn("region", []string{"coast", "", "lake"}).Where([]bool{true, false, true}),
		kapix.BoolColumn("truth", make([]bool, 3)), kapix.DateColumn("day", at), kapix.InstantColumn("at", at),
		kapix.BytesColumn("bytes", make([][]byte, 3)))
	if err != nil {
		t.Fatal(err)
	}
	// By hand: 0 + 5 (coast), 20 + missing 0, missing 0 + 15 (lake).
	if points := kapix.ValuesOf[int32](rows, "points"); !reflect.DeepEqual(points, []int32{5, 20, 15}) {
		t.Fatalf("%v", points)
	}
	if shares := kapix.ValuesOf[float64](rows, "data_completeness"); !reflect.DeepEqual(shares, []float64{1, .5, .5}) {
		t.Fatalf("%v", shares)
	}
	if causes := kapix.ValuesOf[bool](rows, "referral.NO_CUTOFFS"); !reflect.DeepEqual(causes, make([]bool, 3)) {
		t.Fatalf("%v", causes)
	}
	// Neutral are 10 points of income (R1) and 5 of a region (R2): short are income in rows 0 and 2, the region in row 1.
	if first := rows["reason_1"]; !reflect.DeepEqual(first.Values, []string{"R1", "R2", "R1"}) || first.IsNull(0) {
		t.Fatalf("%v", first)
	}
	if rows["no such column"].Values != nil || kapix.ValuesOf[string](rows, "points") != nil {
		t.Fatal("a column of another name or type")
	}
	_, rows, err = engine.CreditScoreBatch(context.Background(), batch(),
		kapix.Float64Column("income", []float64{math.Inf(1), 1}), kapix.StringColumn("region", []string{"lake", "lake"}))
	points := rows["points"]
	if err != nil || !points.IsNull(0) || points.IsNull(1) || rows["status"].Values.([]string)[0] != "frame.infinity" {
		t.Fatalf("%v %v", rows, err)
	}
}

func TestAContextEndsALongCall(t *testing.T) {
	engine := load(t)
	rows := 20_000_000
	incomes := make([]float64, rows)
	codes := make([]int32, rows)
	columns := []kapix.Column{kapix.Float64Column("income", incomes), kapix.TextColumn("region", codes, []string{"lake"})}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Millisecond)
	defer cancel()
	_, _, err := engine.CreditScoreBatch(ctx, batch(), columns...)
	if !errors.Is(err, kapix.ErrCancelled) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%v", err)
	}
	done, stop := context.WithCancel(context.Background())
	stop()
	if _, err := engine.CreditScore(done, score()); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
}

func (v vector) engine(t *testing.T) (*kapix.Engine, error) {
	documents := [][]byte{}
	for _, artefact := range v.Artefacts {
		var name string
		if json.Unmarshal(artefact, &name) != nil {
			documents = append(documents, artefact)
			continue
		}
		path := filepath.Join(vectorsFolder, "artefacts", name+".json")
		if name == "expert" {
			path = "../../kapix-core/artefacts/expert.json"
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		documents = append(documents, text)
	}
	artefacts := append(append([]byte("["), bytes.Join(documents, []byte(","))...), ']')
	if len(documents) == 1 {
		artefacts = documents[0]
	}
	clock := "none"
	if v.Clock != nil {
		clock = *v.Clock
	}
	options := []kapix.Option{kapix.WithClock(clock), kapix.WithOption("envelope", false), kapix.WithoutRecords()}
	for name, value := range v.Options {
		options = append(options, kapix.WithOption(name, value))
	}
	return kapix.Load(artefacts, options...)
}

// typed answers by the structs and returns their JSON; it says no where a request does not fit them, which is also so
// for one that lacks a required field: a struct sends its zero value.
func typed[Request, Response any](
	t *testing.T, text []byte, call func(context.Context, *Request) (*Response, error),
) (reply any, request []byte, fits bool) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	value := new(Request)
	if decoder.Decode(value) != nil {
		return nil, nil, false
	}
	request, _ = json.Marshal(value)
	given := loose(t, text).(map[string]any)
	for name := range loose(t, request).(map[string]any) {
		if _, ok := given[name]; !ok {
			return nil, nil, false
		}
	}
	response, err := call(context.Background(), value)
	if err != nil {
		return err, request, true
	}
	return response, request, true
}

func (v vector) typed(t *testing.T, engine *kapix.Engine) (any, []byte, bool) {
	switch v.Operation {
	case "credit.score":
		return typed(t, v.Request, func(ctx context.Context, request *kapix.CreditScoreRequest) (*kapix.CreditScoreResponse, error) {
			return engine.CreditScore(ctx, request)
		})
	case "cashflow.analyze":
		return typed(t, v.Request, func(ctx context.Context, request *kapix.CashflowAnalyzeRequest) (*kapix.CashflowAnalyzeResponse, error) {
			return engine.CashflowAnalyze(ctx, request)
		})
	case "artefact.check":
		return typed(t, v.Request, engine.ArtefactCheck)
	case "credit.score_batch":
		return typed(t, v.Request, func(ctx context.Context, request *kapix.CreditScoreBatchRequest) (*kapix.CreditScoreBatchResponse, error) {
			response, _, err := engine.CreditScoreBatch(ctx, request)
			return response, err
		})
	case "scorecard.develop":
		return typed(t, v.Request, func(ctx context.Context, request *kapix.ScorecardDevelopRequest) (*kapix.ScorecardDevelopResponse, error) {
			return engine.ScorecardDevelop(ctx, request)
		})
	case "scorecard.evaluate":
		return typed(t, v.Request, func(ctx context.Context, request *kapix.ScorecardEvaluateRequest) (*kapix.ScorecardEvaluateResponse, error) {
			return engine.ScorecardEvaluate(ctx, request)
		})
	}
	return nil, nil, false
}

func digest(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func loose(t *testing.T, text []byte) any {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// Every vector by both paths: the bytes of the JSON door are those of DIGEST; structs send what gives the same bytes,
// and hold what the bytes say.
func TestVectors(t *testing.T) {
	vectors, digests := readVectors(t)
	count, structs := 0, 0
	for path, v := range vectors {
		pinned, found := digests[path]
		if !found {
			t.Errorf("%s is not in DIGEST", path)
		}
		count++
		request := []byte(v.Request)
		if v.RequestText != nil {
			request = []byte(*v.RequestText)
		}
		engine, err := v.engine(t)
		if err != nil {
			// The bytes of a refused load are not handed out; vectors.c compares them.
			continue
		}
		reply, err := engine.Call(context.Background(), v.Operation, request)
		if err == nil && digest(reply) != pinned {
			t.Errorf("%s: other bytes: %.200s", path, reply)
		}
		if answer, sent, fits := v.typed(t, engine); fits && v.RequestText == nil {
			structs++
			if refused, ok := answer.(error); ok {
				if err == nil || refused.Error() != err.Error() {
					t.Errorf("%s: structs: %v, JSON: %v", path, refused, err)
				}
			} else if again, err := engine.Call(context.Background(), v.Operation, sent); err != nil || digest(again) != pinned {
				t.Errorf("%s: structs send another request: %s %v", path, sent, err)
			} else if back, _ := json.Marshal(answer); !reflect.DeepEqual(loose(t, back), loose(t, reply)) {
				t.Errorf("%s: structs hold another answer\n%s\n%s", path, back, reply)
			}
		}
		engine.Close()
	}
	if count != len(digests) || structs < count/2 {
		t.Fatalf("%d vectors of %d, %d by structs", count, len(digests), structs)
	}
	t.Logf("%d vectors, %d of them by structs", count, structs)
}

func BenchmarkEmptyCall(b *testing.B) {
	for b.Loop() {
		kapix.Version()
	}
}

func BenchmarkScoreJSON(b *testing.B) {
	engine := load(b, kapix.WithOption("envelope", false), kapix.WithoutRecords())
	request := score()
	no := false
	request.Explain = &no
	text, _ := json.Marshal(request)
	for b.Loop() {
		if _, err := engine.Call(context.Background(), "credit.score", text); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkScoreStructs(b *testing.B) {
	engine := load(b, kapix.WithOption("envelope", false), kapix.WithoutRecords())
	request := score()
	no := false
	request.Explain = &no
	for b.Loop() {
		if _, err := engine.CreditScore(context.Background(), request); err != nil {
			b.Fatal(err)
		}
	}
}
