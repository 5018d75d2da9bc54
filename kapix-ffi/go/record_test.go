package kapix_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	kapix "github.com/kapix/kapix-go"
)

// recorded scores an applicant and returns the response with its record.
func recorded(t *testing.T, engine *kapix.Engine, options ...func(*kapix.CreditScoreRequest)) (*kapix.CreditScoreResponse, *kapix.Record) {
	t.Helper()
	request := score()
	for _, set := range options {
		set(request)
	}
	response, err := engine.CreditScore(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	record, err := engine.Record(response.AuditID)
	if err != nil {
		t.Fatal(err)
	}
	return response, record
}

func keyed(request *kapix.CreditScoreRequest) { request.IdempotencyKey = "application-7" }

func open(t *testing.T, path string, options ...kapix.Option) *kapix.Engine {
	t.Helper()
	engine, err := kapix.Open(path, card(t), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { engine.Close() })
	return engine
}

// numberOf returns the number of a record, which is found and proved.
func numberOf(t *testing.T, engine *kapix.Engine, id string) int {
	t.Helper()
	record, err := engine.Record(id)
	if err != nil {
		t.Fatal(err)
	}
	if err := record.Verify(); err != nil {
		t.Fatal(err)
	}
	return int(loose(t, record.Leaf).(map[string]any)["seq"].(float64))
}

func TestARecordHoldsTheBytesOfItsCall(t *testing.T) {
	engine := load(t)
	odd := func(request *kapix.CreditScoreRequest) { request.EntityID = "é<\"" }
	response, record := recorded(t, engine, odd)
	leaf := loose(t, record.Leaf).(map[string]any)
	if leaf["audit_id"] != response.AuditID || leaf["request_id"] != response.RequestID || len(record.Parts) != 3 {
		t.Fatalf("%s", record.Leaf)
	}
	for name, part := range record.Parts {
		salt, err := hex.DecodeString(part.Salt)
		if err != nil || len(salt) != 16 {
			t.Fatalf("%+v %v", record, err)
		}
		seal := hmac.New(sha256.New, salt)
		seal.Write(part.Body)
		if leaf["parts"].(map[string]any)[name] != hex.EncodeToString(seal.Sum(nil)) {
			t.Errorf("the HMAC of %s is not that of %s", name, part.Body)
		}
	}
	request, err := record.Request()
	if err != nil || loose(t, request).(map[string]any)["features"].(map[string]any)["income"] != 6000.0 {
		t.Fatalf("%s %v", request, err)
	}
	answer, err := record.Response()
	if err != nil || loose(t, answer).(map[string]any)["points"] != 35.0 || loose(t, answer).(map[string]any)["explanation"] == nil {
		t.Fatalf("%s %v", answer, err)
	}
	erased := &kapix.Error{Code: "ENTITY_NOT_FOUND", Cause: "record.body_erased"}
	if _, err := record.Found(); !errors.Is(err, erased) {
		t.Fatalf("%v", err)
	}
	same, err := engine.Record(response.RequestID)
	if err != nil || !bytes.Equal(same.Leaf, record.Leaf) {
		t.Fatalf("%v", err)
	}
	for _, id := range []string{"", "aud_1", "\xff"} {
		if _, err := engine.Record(id); !errors.Is(err, &kapix.Error{Code: "ENTITY_NOT_FOUND", Cause: "record.not_found"}) {
			t.Fatalf("%v", err)
		}
	}
	engine.Close()
	if _, err := engine.Record(response.AuditID); !errors.Is(err, kapix.ErrClosed) {
		t.Fatalf("%v", err)
	}
}

func TestARecordProvesItselfAndSaysWhatWasChanged(t *testing.T) {
	_, record := recorded(t, load(t))
	text, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	kept := func() *kapix.Record {
		var kept kapix.Record
		if err := json.Unmarshal(text, &kept); err != nil {
			t.Fatal(err)
		}
		return &kept
	}
	if err := kept().Verify(); err != nil {
		t.Fatal(err)
	}
	altered := &kapix.Error{Code: "VALIDATION_ERROR", Cause: "record.altered"}
	for name, part := range record.Parts {
		for _, own := range []kapix.RecordPart{{Body: json.RawMessage("{}"), Salt: part.Salt}, {Body: part.Body, Salt: strings.Repeat("31", 16)}} {
			changed := kept()
			changed.Parts[name] = own
			if err := changed.Verify(); !errors.Is(err, altered) || !strings.Contains(err.Error(), "part `"+name+"` is not") {
				t.Fatalf("%v", err)
			}
		}
	}
	erased := kept()
	delete(erased.Parts, "response")
	if err := erased.Verify(); err != nil {
		t.Fatal(err)
	}
	if _, err := erased.Response(); !errors.Is(err, kapix.ErrNotFound) {
		t.Fatalf("%v", err)
	}
	for _, odd := range []*kapix.Record{nil, {}, {Leaf: json.RawMessage("{")}, {Leaf: record.Leaf}} {
		if err := odd.Verify(); !errors.Is(err, kapix.ErrValidation) {
			t.Fatalf("%v", err)
		}
	}
}

func TestARefusedCallLeavesARecordOfItsError(t *testing.T) {
	engine := load(t)
	request := &kapix.CashflowAnalyzeRequest{EntityID: "nobody", DataSources: []kapix.SourceKey{kapix.SourceKeyBank}}
	_, err := engine.CashflowAnalyze(context.Background(), request)
	var refused *kapix.Error
	if !errors.As(err, &refused) || !errors.Is(err, kapix.ErrInsufficientData) || refused.AuditID == "" {
		t.Fatalf("%+v", err)
	}
	record, err := engine.Record(refused.AuditID)
	if err != nil || record.Verify() != nil || loose(t, record.Leaf).(map[string]any)["refused"] != refused.Code {
		t.Fatalf("%+v %v", record, err)
	}
	response, err := record.Response()
	if err != nil || loose(t, response).(map[string]any)["error"].(map[string]any)["cause"] != refused.Cause {
		t.Fatalf("%s %v", response, err)
	}
	if _, err := engine.Call(context.Background(), "credit.score", []byte("{}")); !errors.As(err, &refused) || refused.AuditID != "" {
		t.Fatalf("%v", err)
	}
}

func TestAfterARestartKeysAndRecordsAreThere(t *testing.T) {
	for _, durability := range []string{"", "decision", "group", "os"} {
		path := filepath.Join(t.TempDir(), "kapix.db")
		var options []kapix.Option
		if durability != "" {
			options = append(options, kapix.WithDurability(durability))
		}
		engine := open(t, path, options...)
		first, record := recorded(t, engine, keyed)
		engine.Close()
		engine = open(t, path, options...)
		again, same := recorded(t, engine, keyed)
		if again.AuditID != first.AuditID || again.RequestID != first.RequestID || !bytes.Equal(same.Leaf, record.Leaf) {
			t.Fatalf("%+v %+v", first, again)
		}
		if numberOf(t, engine, first.AuditID) != 0 {
			t.Fatal("the record was numbered anew")
		}
		request := score()
		keyed(request)
		request.Seed = 1
		if _, err := engine.CreditScore(context.Background(), request); !errors.Is(err, kapix.ErrDuplicateRequest) {
			t.Fatalf("%v", err)
		}
	}
}

func TestEnginesOnOneFileFindTheRecordsOfEachOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "kapix.db")
	engines := []*kapix.Engine{open(t, path), open(t, path)}
	const calls = 40
	ids := make([]string, calls)
	var all sync.WaitGroup
	for worker := range 4 {
		all.Add(1)
		go func() {
			defer all.Done()
			for call := worker; call < calls; call += 4 {
				response, err := engines[worker%2].CreditScore(context.Background(), score())
				if err != nil {
					t.Error(err)
					return
				}
				ids[call] = response.AuditID
			}
		}()
	}
	all.Wait()
	numbers := map[int]bool{}
	for call, id := range ids {
		numbers[numberOf(t, engines[(call+1)%2], id)] = true
	}
	if len(numbers) != calls || !numbers[0] || !numbers[calls-1] {
		t.Fatalf("%v", numbers)
	}
}

func TestWhatIsNoStoreIsRefused(t *testing.T) {
	folder := t.TempDir()
	text, other := filepath.Join(folder, "text.db"), filepath.Join(folder, "other.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("no database "), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, other).Close()
	file, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	file[68] = 7 // The application that the header names.
	if err := os.WriteFile(other, file, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, cause := range map[string]string{
		text: "store.corrupt", other: "store.schema", folder: "store.unavailable",
		filepath.Join(folder, "no", "kapix.db"): "store.unavailable", "\xff": "json.syntax",
	} {
		var refused *kapix.Error
		if _, err := kapix.Open(path, card(t)); !errors.As(err, &refused) || refused.Cause != cause || refused.Fields[0] != "/store" {
			t.Fatalf("%v", err)
		}
	}
	if _, err := kapix.Open(text, card(t), kapix.WithDurability("never")); !errors.Is(err, kapix.ErrValidation) {
		t.Fatalf("%v", err)
	}
}
