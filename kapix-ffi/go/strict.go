//go:build cgo

package kapix

import (
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// read reads a type of requests as strictly as the engine does: an unknown field, a key that is given twice, and text
// without a form in UTF-8 are an *Error at their place, where encoding/json takes or changes them in silence.
func read[T, Plain any](text []byte, value *T, plain *Plain) error {
	err := json.Unmarshal(text, plain)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return err
	}
	s := scanner{text: string(text)}
	if !utf8.ValidString(s.text) {
		return refusal("json.syntax", "a text must be UTF-8")
	}
	if strict := s.value(reflect.TypeFor[T]()); strict != nil {
		return strict
	}
	var inner *Error
	if err == nil || errors.As(err, &inner) {
		return err
	}
	// encoding/json knows the Go field, in the innermost struct, and not the place in the text.
	wrong := refusal("json.shape", err.Error())
	wrong.Fields, wrong.because = nil, err
	return wrong
}

// scanner walks over JSON that encoding/json has read, so its syntax is right.
type scanner struct {
	text string
	at   int
}

// next returns the next byte that is no space.
func (s *scanner) next() byte {
	for strings.IndexByte(" \t\r\n", s.text[s.at]) >= 0 {
		s.at++
	}
	return s.text[s.at]
}

// value passes over a value for a place of this type, nil where any value may stand.
func (s *scanner) value(kind reflect.Type) *Error {
	for kind != nil && kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	switch s.next() {
	case '{':
		return s.object(kind)
	case '[':
		return s.list(kind)
	case '"':
		_, err := s.string()
		return err
	}
	for s.at < len(s.text) && strings.IndexByte(",]} \t\r\n", s.text[s.at]) < 0 {
		s.at++
	}
	return nil
}

func (s *scanner) list(kind reflect.Type) *Error {
	var element reflect.Type
	if kind != nil && kind.Kind() == reflect.Slice {
		element = kind.Elem()
	}
	s.at++
	for place := 0; s.next() != ']'; place++ {
		if err := s.value(element); err != nil {
			return err.under(strconv.Itoa(place))
		}
		if s.next() == ',' {
			s.at++
		}
	}
	s.at++
	return nil
}

func (s *scanner) object(kind reflect.Type) *Error {
	seen := map[string]bool{}
	s.at++
	for s.next() != '}' {
		key, err := s.string()
		if err != nil {
			return err
		}
		if seen[key] {
			return refusal("json.duplicate_key", "the key is given twice").under(key)
		}
		seen[key] = true
		member, known := memberOf(kind, key)
		if !known {
			return refusal("json.unknown_field", "unknown field of "+kind.Name()).under(key)
		}
		s.next()
		s.at++ // the colon
		if err := s.value(member); err != nil {
			return err.under(key)
		}
		if s.next() == ',' {
			s.at++
		}
	}
	s.at++
	return nil
}

// memberOf returns the type of a member, nil for any, and whether there may be one of this name.
func memberOf(kind reflect.Type, name string) (reflect.Type, bool) {
	switch {
	case kind == nil:
		return nil, true
	case kind.Kind() == reflect.Map:
		return kind.Elem(), true
	case kind.Kind() != reflect.Struct:
		return nil, true
	}
	for _, field := range fields(kind) {
		if field.name == name {
			return kind.Field(field.place).Type, true
		}
	}
	return nil, false
}

// string passes over a string and returns its text.
func (s *scanner) string() (string, *Error) {
	start, escaped := s.at, false
	for s.at++; s.text[s.at] != '"'; s.at++ {
		if s.text[s.at] != '\\' {
			continue
		}
		escaped = true
		if s.at++; s.text[s.at] != 'u' {
			continue
		}
		code := s.text[s.at+1 : s.at+5]
		s.at += 4
		if (code[0]|' ') != 'd' || code[1] < '8' {
			continue
		}
		// A surrogate: the first half, D800 to DBFF, asks for the second, DC00 to DFFF.
		isFirst := strings.IndexByte("89abAB", code[1]) >= 0
		second := strings.ToLower(s.text[s.at+1 : min(s.at+5, len(s.text))])
		if !isFirst || !strings.HasPrefix(second, `\ud`) || second[3] < 'c' || second[3] > 'f' {
			return "", refusal("json.unpaired_surrogate", "a surrogate without its pair has no UTF-8 form")
		}
		s.at += 6
	}
	s.at++
	text := s.text[start+1 : s.at-1]
	if escaped {
		if err := json.Unmarshal([]byte(s.text[start:s.at]), &text); err != nil {
			return "", refusal("json.syntax", err.Error())
		}
	}
	return text, nil
}
