package kapix_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	kapix "github.com/kapix/kapix-go"
)

// refusedAt checks that an error is the engine's, with this cause and place.
func refusedAt(t *testing.T, err error, cause, place string) {
	t.Helper()
	var refused *kapix.Error
	if !errors.As(err, &refused) {
		t.Fatalf("no *kapix.Error: %v", err)
	}
	if refused.Cause != cause || !reflect.DeepEqual(refused.Fields, []string{place}) || !errors.Is(err, kapix.ErrValidation) {
		t.Fatalf("%v, expected %s at %s", err, cause, place)
	}
}

const bare = `"entity_id":"a","entity_type":"individual","as_of":"2026-01-31T00:00:00Z"`

func TestWhatTheDoorRefusesNoTypeTakes(t *testing.T) {
	engine := load(t)
	for text, expected := range map[string][2]string{
		`{` + bare + `,"feature":{}}`:                            {"json.unknown_field", "/feature"},
		`{` + bare + `,"ENTITY_ID":"b"}`:                         {"json.unknown_field", "/ENTITY_ID"},
		`{` + bare + `,"entity_id":"b"}`:                         {"json.duplicate_key", "/entity_id"},
		`{` + bare + `,"features":{"income":1,"inc\u006fme":2}}`: {"json.duplicate_key", "/features/income"},
		`{` + bare + `,"features":{"region":"\ud800"}}`:          {"json.unpaired_surrogate", "/features/region"},
		`{` + bare + `,"features":{"region":"\udc00\ud800"}}`:    {"json.unpaired_surrogate", "/features/region"},
		`{` + bare + `,"data":{"bank":{"accounts":[{"account_id":"1","currency":"KES","kind":"current","transactions":[{"at":"2025-12-01","amount_minor":1,"amount":1}]}]}}}`: {
			"json.unknown_field", "/data/bank/accounts/0/transactions/0/amount"},
	} {
		var request kapix.CreditScoreRequest
		refusedAt(t, json.Unmarshal([]byte(text), &request), expected[0], expected[1])
		// The engine says the same of the bytes. Where a place is of a key, it may name the object.
		_, err := engine.CreditScoreJSON(context.Background(), []byte(text))
		var refused *kapix.Error
		if !errors.As(err, &refused) || refused.Cause != expected[0] {
			t.Fatalf("%s: %v", text, err)
		}
	}
	var request kapix.CreditScoreRequest
	refusedAt(t, json.Unmarshal([]byte("{\"entity_id\":\"\xff\"}"), &request), "json.syntax", "")
	for _, text := range []string{`{"entity_id":1}`, `{"data":{"bank":{"accounts":[{"account_id":1}]}}}`, `[]`, `{"features":{"a":1},"features":[]}`} {
		var refused *kapix.Error
		if err := json.Unmarshal([]byte(text), &request); !errors.As(err, &refused) || !errors.Is(err, kapix.ErrValidation) {
			t.Fatalf("%v", err)
		}
	}
	var within struct{ Data kapix.Data }
	refusedAt(t, json.Unmarshal([]byte(`{"data":{"bnak":{}}}`), &within), "json.unknown_field", "/bnak")
	for _, text := range []string{`{`, `[]x`, ``} {
		if err := json.Unmarshal([]byte(text), &request); err == nil || (&request).UnmarshalJSON([]byte(text)) == nil {
			t.Fatalf("%q was read", text)
		}
	}
	if err := json.Unmarshal([]byte(`{`+bare+`,"features":{"region":"\ud83d\ude00\\ud800"}}`), &request); err != nil ||
		request.Features["region"] != "😀\\ud800" {
		t.Fatalf("%v %v", request, err)
	}
}

func TestWhatHasNoJSONIsAnErrorAtItsPlace(t *testing.T) {
	engine := load(t)
	ring := map[string]any{}
	ring["ring"] = ring
	for _, given := range []struct {
		change       func(*kapix.CreditScoreRequest)
		cause, place string
	}{
		{func(r *kapix.CreditScoreRequest) { r.Features["income"] = math.NaN() }, "json.number_not_finite", "/features/income"},
		{func(r *kapix.CreditScoreRequest) { r.Features["a/b"] = []any{1, float32(math.Inf(1))} }, "json.number_not_finite", "/features/a~1b/1"},
		{func(r *kapix.CreditScoreRequest) { r.EntityID = "a\xff" }, "json.syntax", "/entity_id"},
		{func(r *kapix.CreditScoreRequest) { r.Features["\xff"] = 1 }, "json.syntax", "/features"},
		{func(r *kapix.CreditScoreRequest) { r.Features["x"] = struct{ A string }{"\xff"} }, "json.syntax", "/features/x"},
		{func(r *kapix.CreditScoreRequest) { r.Features["x"] = func() {} }, "json.shape", "/features/x"},
		{func(r *kapix.CreditScoreRequest) { r.Features["x"] = json.RawMessage("{") }, "json.shape", "/features/x"},
	} {
		request := score()
		given.change(request)
		_, err := engine.CreditScore(context.Background(), request)
		refusedAt(t, err, given.cause, given.place)
	}
	request := score()
	request.Features = ring
	if _, err := engine.CreditScore(context.Background(), request); err == nil || !strings.Contains(err.Error(), "limit.exceeded") {
		t.Fatalf("%v", err)
	}
	if _, err := kapix.Load(card(t), kapix.WithClock("\xff")); !errors.Is(err, kapix.ErrValidation) {
		t.Fatalf("%v", err)
	}
}

type minutes int

func (m minutes) MarshalJSON() ([]byte, error) { return []byte(`6000`), nil }

// Values of every kind are sent as encoding/json would.
func TestValuesOfTheCallersOwnTypesAreSent(t *testing.T) {
	income, small := 6000.0, float32(6000)
	type region string
	for _, value := range []any{6000, int8(1), uint64(6000), income, small, &income, json.Number("6e3"), minutes(1), json.RawMessage("6000")} {
		request := score()
		request.Features = map[string]any{"income": value, "region": region("lake"), "at": time.Unix(0, 0), "bytes": []byte("ab"),
			"none": nil, "no": (*float64)(nil), "quote": "\"\\\x01\u2028</script>"}
		want := int32(35)
		if value == any(int8(1)) {
			want = 15
		}
		response, err := load(t, kapix.WithoutRecords()).CreditScore(context.Background(), request)
		if err != nil || int32(response.Points) != want {
			t.Fatalf("%v: %+v %v", value, response, err)
		}
	}
}

func TestANilListIsAnEmptyOne(t *testing.T) {
	account := kapix.AccountInput{AccountID: "1", Currency: "KES", Kind: kapix.AccountKindCurrent}
	data := kapix.Data{Bank: &kapix.TransactionSource{Accounts: []kapix.AccountInput{account}}}
	_, err := load(t).EntityPut(context.Background(), &kapix.EntityPutRequest{EntityID: "a", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	_, err = load(t).EntityPut(context.Background(), &kapix.EntityPutRequest{EntityID: "a", Data: kapix.Data{Bank: &kapix.TransactionSource{}}})
	var refused *kapix.Error
	if errors.As(err, &refused) && refused.Cause == "json.shape" {
		t.Fatal(err)
	}
}

func TestATextWithNULNamesNothing(t *testing.T) {
	engine := load(t)
	if _, err := engine.Call(context.Background(), "engine.describe\x00junk", []byte("{}")); !errors.Is(err, kapix.ErrNotFound) {
		t.Fatalf("%v", err)
	}
	response, err := engine.CreditScore(context.Background(), score())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Record(response.AuditID + "\x00b"); !errors.Is(err, kapix.ErrNotFound) {
		t.Fatalf("%v", err)
	}
	for _, name := range []string{"income\x00junk", "income\xff"} {
		_, _, err := engine.CreditScoreBatch(context.Background(), batch(), kapix.Float64Column(name, []float64{1}))
		var refused *kapix.Error
		if !errors.As(err, &refused) || refused.Cause != "frame.shape" || !strings.HasPrefix(refused.Fields[0], "/columns/income") {
			t.Fatalf("%v", err)
		}
	}
}

func TestColumnsOfDifferentLengthAreRefusedWhicheverIsTheShorter(t *testing.T) {
	engine := load(t)
	income, codes := kapix.Float64Column("income", []float64{1, 2}), kapix.TextColumn("region", []int32{0, 0, 0, 0}, []string{"lake"})
	for _, columns := range [][]kapix.Column{{income, codes, kapix.Int64Column("months", make([]int64, 4))}, {codes, income}} {
		_, _, err := engine.CreditScoreBatch(context.Background(), batch(), columns...)
		refusedAt(t, err, "frame.shape", "/columns/income")
	}
	_, err := engine.ScorecardDevelop(context.Background(), &kapix.ScorecardDevelopRequest{Target: "bad"},
		kapix.Float64Column("income", make([]float64, 1000)), kapix.Float64Column("bad", make([]float64, 2000)))
	refusedAt(t, err, "frame.shape", "/columns/income")
	for _, valid := range [][]bool{{true}, make([]bool, 3)} {
		_, _, err = engine.CreditScoreBatch(context.Background(), batch(), income.Where(valid))
		refusedAt(t, err, "frame.shape", "/columns/income")
	}
}

func TestUnsignedIntegersAreReadBelowTwoToThe63AndElseRefusedWithTheirRow(t *testing.T) {
	engine := load(t)
	values, region := []uint64{500, 6000, math.MaxUint64}, kapix.StringColumn("region", []string{"lake", "lake", "lake"})
	own := kapix.Uint64Column("income", values)
	_, _, err := engine.CreditScoreBatch(context.Background(), batch(), own, region)
	refusedAt(t, err, "frame.column_type", "/columns/income")
	if !strings.Contains(err.Error(), "uint64 with `18446744073709551615` in row `2`") {
		t.Fatal(err)
	}
	// A missing row holds nothing, and a column that is not read may hold anything.
	for _, columns := range [][]kapix.Column{
		{own.Where([]bool{true, true, false}), region},
		{kapix.Float64Column("income", []float64{500, 6000, math.NaN()}), region, kapix.Uint64Column("id", values)},
	} {
		_, rows, err := engine.CreditScoreBatch(context.Background(), batch(), columns...)
		if points := kapix.ValuesOf[int32](rows, "points"); err != nil || !slices.Equal(points, []int32{15, 35, 15}) {
			t.Fatal(err, points)
		}
	}
}

func TestAnInstantThatMicrosecondsCannotHoldIsNoOther(t *testing.T) {
	engine, err := kapix.Load(bytes.Join([][]byte{kapix.ExpertCards(), kapix.ExamplePolicies()}, []byte("\n---\n")))
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	var near, far = time.Date(2026, 3, 31, 0, 0, 0, 0, time.UTC), []time.Time{}
	for _, seconds := range []int64{math.MaxInt64 / 1_000_000, math.MinInt64/1_000_000 - 1, 1 << 45, 1 << 60, -1 << 60, math.MaxInt64 / 2, 288230376151711744 + 1782864000} {
		far = append(far, time.Unix(seconds, 0))
	}
	at := kapix.InstantColumn("when", append(far, near))
	rows := len(far) + 1
	points, referred := kapix.Int64Column("account.points", make([]int64, rows)), kapix.BoolColumn("account.referred", make([]bool, rows))
	request := &kapix.PolicyReplayRequest{Policy: "nano_loan_ke", AsOfColumn: "when"}
	answer, _, err := engine.PolicyReplay(context.Background(), request, at, points, referred)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Statuses["time.out_of_range"] != uint64(len(far)) {
		t.Fatal(answer.Statuses)
	}
}

func TestAnEmptyGroupIsNotTheMissingOne(t *testing.T) {
	engine, err := kapix.Load(bytes.Join([][]byte{kapix.ExpertCards(), kapix.ExamplePolicies()}, []byte("\n---\n")))
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	points, referred := kapix.Int64Column("account.points", make([]int64, 3)), kapix.BoolColumn("account.referred", make([]bool, 3))
	group := kapix.StringColumn("group", []string{"", "", "b"}).Where([]bool{true, false, true})
	request := &kapix.PolicyReplayRequest{Policy: "nano_loan_ke", AsOf: "2026-03-31T12:00:00Z", GroupBy: []string{"group"}}
	answer, _, err := engine.PolicyReplay(context.Background(), request, group, points, referred)
	if err != nil {
		t.Fatal(err)
	}
	var values []string
	for _, own := range answer.Groups {
		if own.Value == nil {
			values = append(values, "missing")
		} else {
			values = append(values, "="+*own.Value)
		}
	}
	slices.Sort(values)
	if !slices.Equal(values, []string{"=", "=b", "missing"}) {
		t.Fatal(values)
	}
}

func TestAContextThatPanicsLeavesNothingPinned(t *testing.T) {
	engine := load(t)
	for range 3 {
		func() {
			defer func() { _ = recover() }()
			_, _, _ = engine.CreditScoreBatch(nil, batch()) //nolint:staticcheck // what a mistake does
		}()
		runtime.GC()
	}
}

func TestATextOfADocumentKeepsItsLength(t *testing.T) {
	engine := load(t)
	text := "# " + strings.Repeat("<&>", 4<<20) + "\na: 1\n"
	document, _ := json.Marshal("")
	document = append(append(document[:1], strings.ReplaceAll(text, "\n", "\\n")...), '"')
	answer, err := engine.PolicyCheck(context.Background(), &kapix.PolicyCheckRequest{Artefact: document})
	if err != nil || answer.Valid || answer.Problems[0].Cause == "limit.exceeded" {
		t.Fatal(err, answer)
	}
}

func TestACodeWithoutACategoryIsRefusedAtItsColumn(t *testing.T) {
	for _, code := range []int32{1, math.MaxInt32} {
		_, _, err := load(t).CreditScoreBatch(context.Background(), batch(),
			kapix.Float64Column("income", []float64{1}), kapix.TextColumn("region", []int32{code}, []string{"lake"}))
		refusedAt(t, err, "frame.shape", "/columns/region")
	}
}

func TestRequestsInJSONAreTheEnginesToRead(t *testing.T) {
	engine := load(t, kapix.WithOption("envelope", false))
	text := []byte(`{` + bare + `,"features":{"income":6000,"region":"lake"}}`)
	response, err := engine.CreditScoreJSON(context.Background(), text)
	if err != nil || response.Points != 35 {
		t.Fatalf("%+v %v", response, err)
	}
	_, rows, err := engine.CreditScoreBatchJSON(context.Background(), []byte(`{"as_of":"2026-01-31T00:00:00Z","entity_type":"individual"}`),
		kapix.Float64Column("income", []float64{6000}), kapix.StringColumn("region", []string{"lake"}))
	if err != nil || kapix.ValuesOf[int32](rows, "points")[0] != 35 {
		t.Fatalf("%v %v", rows, err)
	}
	if _, err := engine.CreditScoreJSON(context.Background(), bytes.Repeat([]byte(" "), 32<<20+1)); err == nil ||
		!strings.Contains(err.Error(), "limit.exceeded") {
		t.Fatalf("%v", err)
	}
}

func TestACallTellsHowFarItIsAndUsesTheThreadsThatItIsGiven(t *testing.T) {
	engine := load(t)
	rows := 200_000
	columns := []kapix.Column{kapix.Float64Column("income", make([]float64, rows)), kapix.TextColumn("region", make([]int32, rows), []string{"lake"})}
	for _, threads := range []uint32{0, 1, 3, math.MaxUint32} {
		var calls, last atomic.Uint64
		progress := func(done, total uint64) {
			calls.Add(1)
			if total != uint64(rows) || done > total {
				t.Errorf("%d of %d", done, total)
			}
			last.Store(max(last.Load(), done))
			// The engine may be called from here.
			if _, err := engine.CreditScore(context.Background(), score()); err != nil {
				t.Error(err)
			}
		}
		_, _, err := engine.With(kapix.Control{Threads: threads, Progress: progress}).CreditScoreBatch(context.Background(), batch(), columns...)
		if err != nil || calls.Load() != 13 { // 13 = ceil(200,000 / 16,384)
			t.Fatalf("%d calls, %v", calls.Load(), err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	stops := kapix.Control{Threads: 1, Progress: func(uint64, uint64) { cancel(); time.Sleep(10 * time.Millisecond) }}
	if _, _, err := engine.With(stops).CreditScoreBatch(ctx, batch(), columns...); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	defer func() {
		if reason := recover(); reason != "own trouble" {
			t.Fatalf("%v", reason)
		}
	}()
	panics := kapix.Control{Progress: func(uint64, uint64) { panic("own trouble") }}
	engine.With(panics).CreditScoreBatch(context.Background(), batch(), columns...)
	t.Fatal("the panic was swallowed")
}

func TestAnEngineMayBeClosedByItsOwnCallback(t *testing.T) {
	engine := load(t)
	rows := 100_000
	columns := []kapix.Column{kapix.Float64Column("income", make([]float64, rows)), kapix.TextColumn("region", make([]int32, rows), []string{"lake"})}
	closes := engine.With(kapix.Control{Progress: func(uint64, uint64) { engine.Close() }})
	if _, _, err := closes.CreditScoreBatch(context.Background(), batch(), columns...); err != nil {
		t.Fatal(err)
	}
	var none *kapix.Engine
	for _, closed := range []*kapix.Engine{closes, engine, {}, none} {
		if _, err := closed.Call(context.Background(), "engine.describe", []byte("{}")); !errors.Is(err, kapix.ErrClosed) {
			t.Fatalf("%v", err)
		}
		if _, err := closed.Record("aud_"); !errors.Is(err, kapix.ErrClosed) || closed.Close() != nil {
			t.Fatalf("%v", err)
		}
	}
}

// Structs beside the text door and encoding/json, in turns of one run: a small request, and one of 180 days of rows.
// "times-json" is what structs cost beyond the text door, in units of encoding/json for the request and the reply.
func BenchmarkStructsBesideJSON(b *testing.B) {
	whole, err := os.ReadFile("../../examples/data/kenya_salaried.json")
	if err != nil {
		b.Fatal(err)
	}
	small, _ := json.Marshal(score())
	for name, text := range map[string][]byte{"small": small, "rows": whole} {
		artefacts := card(b)
		if name == "rows" {
			artefacts = kapix.ExpertCards()
		}
		engine, err := kapix.Load(artefacts, kapix.WithoutRecords())
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) { besideJSON(b, engine, text) })
	}
}

func besideJSON(b *testing.B, engine *kapix.Engine, text []byte) {
	var request kapix.CreditScoreRequest
	if err := json.Unmarshal(text, &request); err != nil {
		b.Fatal(err)
	}
	reply, err := engine.Call(context.Background(), "credit.score", text)
	if err != nil {
		b.Fatal(err)
	}
	ways := []func() error{
		func() error { _, err := engine.Call(context.Background(), "credit.score", text); return err },
		func() error { _, err := engine.CreditScore(context.Background(), &request); return err },
		func() error {
			_, err := json.Marshal(&request)
			return errors.Join(err, json.Unmarshal(reply, new(kapix.CreditScoreResponse)))
		},
	}
	var best [3]time.Duration
	for b.Loop() {
		for way, call := range ways {
			start := time.Now()
			for range 10 {
				if err := call(); err != nil {
					b.Fatal(err)
				}
			}
			if took := time.Since(start) / 10; best[way] == 0 || took < best[way] {
				best[way] = took
			}
		}
	}
	b.ReportMetric(float64(best[0].Nanoseconds()), "call-ns")
	b.ReportMetric(float64(best[1].Nanoseconds()), "structs-ns")
	b.ReportMetric(float64(best[2].Nanoseconds()), "json-ns")
	b.ReportMetric(float64(best[1]-best[0])/float64(best[2]), "times-json")
}
