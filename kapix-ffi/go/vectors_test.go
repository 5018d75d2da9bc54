package kapix_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const vectorsFolder = "../../kapix-core/tests/vectors"

// A vector is a call with what it must answer; the form is that of kapix-core/tests/vectors/README.md.
type vector struct {
	Operation   string
	Artefacts   []json.RawMessage
	Request     json.RawMessage
	RequestText *string `json:"request_text"`
	Clock       *string
	Options     map[string]any
}

type vectorCase struct {
	Case   string
	Change json.RawMessage
	Set    map[string]json.RawMessage
}

// readVectors returns every vector by its name, OPERATION/FILE.json#CASE, and the SHA-256 of its answer by DIGEST.
func readVectors(t *testing.T) (map[string]vector, map[string]string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(vectorsFolder, "*.*", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	vectors := map[string]vector{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var topic struct {
			vector
			Cases []json.RawMessage
		}
		if err := json.Unmarshal(text, &topic); err != nil {
			t.Fatal(file, err)
		}
		for _, text := range topic.Cases {
			id, v, err := resolved(topic.vector, text)
			if err != nil {
				t.Fatal(file, id, err)
			}
			vectors[filepath.Base(filepath.Dir(file))+"/"+filepath.Base(file)+"#"+id] = v
		}
	}
	lines, err := os.ReadFile(filepath.Join(vectorsFolder, "DIGEST"))
	if err != nil {
		t.Fatal(err)
	}
	digests := map[string]string{}
	for line := range strings.Lines(string(lines)) {
		path, pinned, _ := strings.Cut(strings.TrimSpace(line), " ")
		digests[path] = pinned
	}
	return vectors, digests
}

// resolved returns the id of a case, and the case with what its file shares and its request whole.
func resolved(topic vector, text []byte) (string, vector, error) {
	var given vectorCase
	var v vector
	if err := json.Unmarshal(text, &given); err != nil {
		return "", v, err
	}
	if err := json.Unmarshal(text, &v); err != nil {
		return given.Case, v, err
	}
	if v.Operation == "" {
		v.Operation = topic.Operation
	}
	if v.Artefacts == nil {
		v.Artefacts = topic.Artefacts
	}
	if v.Clock == nil {
		v.Clock = topic.Clock
	}
	if v.Options == nil {
		v.Options = topic.Options
	}
	if v.Request != nil || v.RequestText != nil {
		return given.Case, v, nil
	}
	request, err := merged(topic.Request, given.Change)
	for pointer, value := range given.Set {
		if err == nil {
			request, err = placed(request, strings.Split(pointer, "/")[1:], value)
		}
	}
	v.Request = request
	return given.Case, v, err
}

// merged returns a JSON merge patch applied (RFC 7386, section 2); numbers keep their digits.
func merged(target, change json.RawMessage) (json.RawMessage, error) {
	var members, changes map[string]json.RawMessage
	if change == nil {
		return target, nil
	}
	if json.Unmarshal(change, &changes) != nil || changes == nil {
		return change, nil
	}
	if json.Unmarshal(target, &members) != nil || members == nil {
		members = map[string]json.RawMessage{}
	}
	for name, value := range changes {
		if string(value) == "null" {
			delete(members, name)
			continue
		}
		member, err := merged(members[name], value)
		if err != nil {
			return nil, err
		}
		members[name] = member
	}
	return json.Marshal(members)
}

// placed returns the target with a value at a path of JSON pointer parts (RFC 6901); what holds it must be there.
func placed(target json.RawMessage, path []string, value json.RawMessage) (json.RawMessage, error) {
	if len(path) == 0 {
		return value, nil
	}
	name := strings.NewReplacer("~1", "/", "~0", "~").Replace(path[0])
	var members map[string]json.RawMessage
	if json.Unmarshal(target, &members) == nil && members != nil {
		member, err := placed(members[name], path[1:], value)
		members[name] = member
		if err != nil {
			return nil, err
		}
		return json.Marshal(members)
	}
	var elements []json.RawMessage
	index, err := strconv.Atoi(name)
	if json.Unmarshal(target, &elements) != nil || err != nil || index > len(elements) {
		return nil, fmt.Errorf("no place for `%s`", name)
	}
	if index == len(elements) {
		elements = append(elements, nil)
	}
	element, err := placed(elements[index], path[1:], value)
	elements[index] = element
	if err != nil {
		return nil, err
	}
	return json.Marshal(elements)
}
