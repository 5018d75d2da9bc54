package kapix_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	kapix "github.com/kapix/kapix-go"
)

// rowsOf returns a request with 168 rows of a bank, and one more as it is written here.
func rowsOf(more string) string {
	var rows strings.Builder
	for month := 1; month <= 6; month++ {
		for day := 1; day <= 28; day++ {
			amount := []int{500000, -300000, -100000}[day%3]
			fmt.Fprintf(&rows, `{"at":"2026-%02d-%02dT10:00:00Z","amount_minor":%d},`, month, day, amount)
		}
	}
	return `{"entity_id":"a","entity_type":"individual","data_sources":["bank"],"data":{"bank":{"accounts":[` +
		`{"account_id":"x","currency":"KES","kind":"current","transactions":[` + strings.TrimSuffix(rows.String(), ",") + more + `]}]}}}`
}

// structs answers a request in JSON by a struct of it.
func structs[Request, Response any](text string, call func(context.Context, *Request) (*Response, error)) (*Response, error) {
	request := new(Request)
	if err := json.Unmarshal([]byte(text), request); err != nil {
		return nil, err
	}
	return call(context.Background(), request)
}

// alike checks that a struct is refused where JSON is, and answers what JSON does.
func alike(t *testing.T, text string, struct_, door any, err, doorErr error) {
	t.Helper()
	var refused, doorRefused *kapix.Error
	if errors.As(err, &refused) != errors.As(doorErr, &doorRefused) {
		t.Errorf("%.400s\n structs: %v\n JSON: %v", text, err, doorErr)
	} else if err != nil && (refused.Cause != doorRefused.Cause || len(refused.Fields) > 0 && !reflect.DeepEqual(refused.Fields, doorRefused.Fields)) {
		t.Errorf("%.400s\n structs: %v\n JSON: %v", text, err, doorErr)
	} else if err == nil && !reflect.DeepEqual(struct_, door) {
		t.Errorf("%.400s\n structs: %+v\n JSON: %+v", text, struct_, door)
	}
}

func expert(t *testing.T) *kapix.Engine {
	t.Helper()
	engine, err := kapix.Load(kapix.ExpertCards(), kapix.WithClock("2026-06-30T00:00:00Z"), kapix.WithOption("envelope", false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	return engine
}

func TestAStructReadFromJSONIsRefusedWhereTheEngineRefusesTheJSON(t *testing.T) {
	engine, ctx := expert(t), context.Background()
	texts := []string{}
	for _, row := range []string{``, `,{"at":"2026-06-29T10:00:00Z"}`, `,{"amount_minor":5}`, `,null`,
		`,{"at":"2026-06-29T10:00:00Z","amount_minor":null}`, `,{"at":null,"amount_minor":5}`, `,{"at":"","amount_minor":5}`} {
		texts = append(texts, rowsOf(row))
	}
	for _, member := range []string{`"type":""`, `"type":null`, `"status":""`, `"status":null`, `"id":""`, `"pending_id":""`,
		`"description":""`, `"category":""`, `"counterparty":null`, `"balance_minor":null`, `"balance_minor":0.0`,
		`"balance_minor":9007199254740992`, `"balance_minor":1.5`, `"balance_minor":-5e2`, `"balance_minor":1e30`} {
		texts = append(texts, rowsOf(`,{"at":"2026-06-29T10:00:00Z","amount_minor":5,`+member+`}`))
	}
	for _, number := range []string{`5.0`, `1e2`, `-0`, `-0.0`, `1.5`, `9007199254740992`, `9.007199254740992e15`, `-9007199254740991.0`,
		`99999999999999999999`, `1e400`, `"5"`, `true`, `[]`} {
		texts = append(texts, rowsOf(`,{"at":"2026-06-29T10:00:00Z","amount_minor":`+number+`}`))
	}
	for _, members := range []string{``, `,"card":""`, `,"idempotency_key":""`, `,"as_of":""`, `,"as_of":null`, `,"audience":""`,
		`,"audience":null`, `,"reason_method":""`, `,"reason_method":null`, `,"explain":null`, `,"context":null`, `,"data":null`,
		`,"data_sources":null`, `,"data_sources":[null]`, `,"data_sources":[]`, `,"features":null`, `,"features":{"x":1000000000000000000000}`,
		`,"features":{"x":1e21}`, `,"features":{"x":9007199254740993}`, `,"features":{"x":null}`, `,"context":{"currency":""}`,
		`,"context":{"loan_purpose":""}`, `,"features":{"x":-1e20}`, `,"data":{"bank":{}}`, `,"data":{"bank":{"accounts":null}}`} {
		texts = append(texts, `{"entity_id":"a","entity_type":"individual"`+members+`}`)
	}
	texts = append(texts, `{"entity_id":"a"}`, `{"entity_id":null,"entity_type":"individual"}`, `{"entity_id":"","entity_type":"sme"}`,
		`{"entity_id":"a","entity_type":""}`, `{"entity_type":"individual"}`, `null`, `{}`, `[]`, `5`)
	score := func(ctx context.Context, request *kapix.CreditScoreRequest) (*kapix.CreditScoreResponse, error) {
		return engine.CreditScore(ctx, request)
	}
	for _, text := range texts {
		door, doorErr := engine.CreditScoreJSON(ctx, []byte(text))
		own, err := structs(text, score)
		alike(t, text[max(0, len(text)-150):], own, door, err, doorErr)
	}
}

func TestADevelopmentReadFromJSONIsRefusedWhereTheEngineRefusesTheJSON(t *testing.T) {
	engine, ctx := expert(t), context.Background()
	numbers, bads := make([]float64, 2000), make([]float64, 2000)
	for row := range numbers {
		numbers[row] = float64(900 + row*37%500)
		if float64(row*31%500) > numbers[row]-800 {
			bads[row] = 1
		}
	}
	columns := []kapix.Column{kapix.Float64Column("x", numbers), kapix.Float64Column("b", bads)}
	develop := func(ctx context.Context, request *kapix.ScorecardDevelopRequest) (*kapix.ScorecardDevelopResponse, error) {
		return engine.ScorecardDevelop(ctx, request, columns...)
	}
	for _, text := range []string{
		`{"target":"b","cutoffs":{"curve":{"profit":{"gain_per_good_minor":100,"loss_per_bad_minor":500}}}}`,
		`{"target":"b","cutoffs":{"curve":{"profit":{"gain_per_good_minor":100.0,"loss_per_bad_minor":5e2}}}}`,
		`{"target":"b","cutoffs":{"curve":{"profit":{"gain_per_good_minor":100}}}}`,
		`{"target":"b","cutoffs":{"curve":{"profit":{"gain_per_good_minor":100,"loss_per_bad_minor":null}}}}`,
		`{}`, `{"target":null}`, `{"target":""}`, `{"target":"b","weight":""}`, `{"target":"b","card":{"version":""}}`,
		`{"target":"b","card":{"purpose":""}}`, `{"target":"b","card":null}`, `{"target":"b","seed":null}`, `{"target":"b","seed":-1}`,
		`{"target":"b","seed":0}`, `{"target":"b","stage":""}`, `{"target":"b","characteristics":{"x":null}}`, `{"target":"b","bad":[null]}`,
		`{"target":"b","sample":{"observation_date":""}}`, `{"target":"b","binning":{"bins_max":4294967296}}`, `{"target":"b","binning":{"bins_max":4.0}}`,
	} {
		door, doorErr := engine.ScorecardDevelopJSON(ctx, []byte(text), columns...)
		own, err := structs(text, develop)
		alike(t, text, own, door, err, doorErr)
	}
}

// Every type of a request, whatever its fields: what it requires it misses, and what it does not, it sends as it came.
func TestEveryTypeOfARequestKnowsWhatItRequires(t *testing.T) {
	for _, request := range []any{
		new(kapix.ArtefactCheckRequest), new(kapix.CashflowAnalyzeRequest), new(kapix.CreditScoreRequest), new(kapix.CreditScoreBatchRequest),
		new(kapix.EntityPutRequest), new(kapix.EntityForgetRequest), new(kapix.PolicyCheckRequest), new(kapix.PolicyRunRequest),
		new(kapix.ScorecardDevelopRequest), new(kapix.ScorecardEvaluateRequest), new(kapix.Period), new(kapix.PeriodInput), new(kapix.AccountProfit),
	} {
		kind := reflect.TypeOf(request).Elem()
		_, isStrict := request.(json.Unmarshaler)
		for place := range kind.NumField() {
			name, options, _ := strings.Cut(kind.Field(place).Tag.Get("json"), ",")
			if name == "" || options != "" || !isStrict {
				continue
			}
			if err := json.Unmarshal([]byte(`{}`), reflect.New(kind).Interface()); err == nil {
				t.Errorf("%s is read without its `%s`", kind, name)
			}
		}
	}
}

func TestWhatProgressDoesToItsGoroutineEndsTheCallAlone(t *testing.T) {
	engine, rows := load(t), 100_000
	columns := []kapix.Column{kapix.Float64Column("income", make([]float64, rows)), kapix.TextColumn("region", make([]int32, rows), []string{"lake"})}
	for _, threads := range []uint32{1, 2, 8} {
		leaves := engine.With(kapix.Control{Threads: threads, Progress: func(uint64, uint64) { runtime.Goexit() }})
		response, results, err := leaves.CreditScoreBatch(context.Background(), batch(), columns...)
		if !errors.Is(err, kapix.ErrCancelled) || errors.Is(err, context.Canceled) || response != nil || results != nil {
			t.Fatal(response, results, err)
		}
		if _, _, err := engine.CreditScoreBatch(context.Background(), batch(), columns...); err != nil {
			t.Fatal(err)
		}
	}
}

func TestACauseOfAContextStandsBesideItsError(t *testing.T) {
	own := errors.New("own trouble")
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(own)
	_, err := load(t).CreditScore(ctx, score())
	for _, expected := range []error{own, context.Canceled, kapix.ErrCancelled} {
		if !errors.Is(err, expected) {
			t.Errorf("%v is not %v", err, expected)
		}
	}
}

func TestNothingIsAnEngineThatWasNotLoadedAndAnOptionThatSetsNothing(t *testing.T) {
	var none *kapix.Engine
	if _, err := none.With(kapix.Control{Threads: 1}).CreditScore(context.Background(), score()); !errors.Is(err, kapix.ErrClosed) {
		t.Fatal(err)
	}
	if _, err := kapix.Load(card(t), nil); err != nil {
		t.Fatal(err)
	}
}

func TestRowsThatAreMissingStayMissing(t *testing.T) {
	engine, all := load(t), []bool{true, true, true}
	region := kapix.TextColumn("region", []int32{0, 0, 0}, []string{"lake"})
	score := func(income, region kapix.Column) ([]int32, error) {
		_, rows, err := engine.CreditScoreBatch(context.Background(), batch(), income, region)
		return kapix.ValuesOf[int32](rows, "points"), err
	}
	income := kapix.Float64Column("income", []float64{6000, 6000, 6000})
	want, err := score(kapix.Float64Column("income", []float64{6000, math.NaN(), math.NaN()}), region)
	if err != nil || want[0] == want[1] {
		t.Fatal(want, err)
	}
	twice := income.Where([]bool{true, false, true}).Where([]bool{true, true, false}).Where(all)
	if got, err := score(twice, region); err != nil || !reflect.DeepEqual(got, want) {
		t.Fatal(got, want, err)
	}
	coded := kapix.TextColumn("region", []int32{0, -1, -1}, []string{"lake"})
	want, _ = score(income, coded)
	if got, err := score(income, coded.Where(all)); err != nil || !reflect.DeepEqual(got, want) || want[0] == want[1] {
		t.Fatal(got, want, err)
	}
	for _, wrong := range []kapix.Column{income.Where(all).Where([]bool{true}), income.Where([]bool{true}).Where(all)} {
		_, err := score(wrong, region)
		refusedAt(t, err, "frame.shape", "/columns/income")
	}
}
