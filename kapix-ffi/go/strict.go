//go:build cgo

package kapix

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
)

// read reads a type of requests as strictly as the engine does. An unknown field, a key that is given twice, an absent
// required field, an integer beyond +-(2^53 - 1) and text without a form in UTF-8 are an *Error at their place, where
// encoding/json takes or changes them in silence; `5.0` and `1e2` are integers.
func read[T, Plain any](text []byte, value *T, plain *Plain, zeros **given) error {
	if !json.Valid(text) {
		return json.Unmarshal(text, plain)
	}
	s := scanner{text: string(text)}
	if !utf8.ValidString(s.text) {
		return refusal("json.syntax", "a text must be UTF-8")
	}
	if strict := s.value(reflect.TypeFor[T](), false); strict != nil {
		return strict
	}
	err := json.Unmarshal(append(s.whole, s.text[s.kept:]...), plain)
	if err == nil {
		keep(reflect.ValueOf(value).Elem(), s.zeros, zeros)
		return nil
	}
	var inner *Error
	if errors.As(err, &inner) {
		return err
	}
	// encoding/json knows the Go field, in the innermost struct, and not the place in the text.
	wrong := refusal("json.shape", err.Error())
	wrong.Fields, wrong.because = nil, err
	return wrong
}

// keep sets zeros to the members that left an optional field zero.
func keep(value reflect.Value, members given, zeros **given) {
	if zeros == nil {
		return
	}
	*zeros = nil
	for _, field := range layoutOf(value.Type()).fields {
		if _, ok := members[field.name]; ok && !value.Field(field.place).IsZero() {
			delete(members, field.name)
		}
	}
	if len(members) > 0 {
		*zeros = &members
	}
}

// scanner walks over JSON whose syntax is right.
type scanner struct {
	text  string
	at    int
	depth int
	// whole is the text up to kept with its integers written as such, empty where all are.
	whole []byte
	kept  int
	// zeros are the optional members of the outermost struct that may leave a field zero.
	zeros given
}

// next returns the next byte that is no space.
func (s *scanner) next() byte {
	for strings.IndexByte(" \t\r\n", s.text[s.at]) >= 0 {
		s.at++
	}
	return s.text[s.at]
}

// value passes over a value for a place of this type, nil where any value may stand.
func (s *scanner) value(kind reflect.Type, mayBeNull bool) *Error {
	for kind != nil && kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if kind != nil && (kind.Kind() == reflect.Interface || kind == reflect.TypeFor[json.RawMessage]()) {
		kind = nil
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
	start := s.at
	for s.at < len(s.text) && strings.IndexByte(",]} \t\r\n", s.text[s.at]) < 0 {
		s.at++
	}
	switch literal := s.text[start:s.at]; literal {
	case "true", "false":
		return nil
	case "null":
		if mayBeNull || kind == nil {
			return nil
		}
		return refusal("json.shape", "a value must stand here; got null")
	default:
		return s.number(kind, start, literal)
	}
}

// number judges a number as the engine does: a whole one is an integer, and each within +-(2^53 - 1) or from 1e21 on.
func (s *scanner) number(kind reflect.Type, start int, literal string) *Error {
	const wireMax, exponentMin = 1<<53 - 1, 1e21
	value, err := strconv.ParseFloat(literal, 64)
	if err != nil {
		return refusal("json.number_not_finite", "a number must be finite")
	}
	isWritten := strings.IndexAny(literal, ".eE") < 0
	if size := math.Abs(value); size > wireMax && (size < exponentMin || isWritten) {
		return refusal("json.integer_out_of_range", "an integer must be within +-(2^53 - 1), `9007199254740991`")
	}
	if kind == nil {
		return nil
	}
	least, most := math.Inf(-1), math.Inf(1)
	switch kind.Kind() {
	case reflect.Int32:
		least, most = math.MinInt32, math.MaxInt32
	case reflect.Uint32:
		least, most = 0, math.MaxUint32
	case reflect.Uint64:
		least = 0
	case reflect.Int64:
	default:
		return nil
	}
	if value != math.Trunc(value) || math.Abs(value) > wireMax {
		return refusal("json.shape", "expected an integer; got a number with a fraction or exponent")
	}
	if value < least || value > most {
		return refusal("value.out_of_range", fmt.Sprintf("a %s must stand here; got `%d`", kind.Kind(), int64(value)))
	}
	if !isWritten {
		s.whole = strconv.AppendInt(append(s.whole, s.text[s.kept:start]...), int64(value), 10)
		s.kept = s.at
	}
	return nil
}

// isNullable reports whether an element of this type holds a null.
func isNullable(kind reflect.Type) bool {
	return kind == nil || kind.Kind() == reflect.Pointer
}

func (s *scanner) list(kind reflect.Type) *Error {
	var element reflect.Type
	if kind != nil && kind.Kind() == reflect.Slice {
		element = kind.Elem()
	}
	s.at++
	for place := 0; s.next() != ']'; place++ {
		if err := s.value(element, isNullable(element)); err != nil {
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
	s.depth++
	for s.next() != '}' {
		key, err := s.string()
		if err != nil {
			return err
		}
		if seen[key] {
			return refusal("json.duplicate_key", "the key is given twice").under(key)
		}
		seen[key] = true
		member, optional, known := memberOf(kind, key)
		if !known {
			return refusal("json.unknown_field", "unknown field of "+kind.Name()).under(key)
		}
		s.next()
		s.at++ // the colon
		s.next()
		start := s.at
		if err := s.value(member, optional || isNullable(member)); err != nil {
			return err.under(key)
		}
		if optional && s.depth == 1 && strings.IndexByte(`{[tf`, s.text[start]) < 0 {
			if s.zeros == nil {
				s.zeros = given{}
			}
			s.zeros[key] = s.text[start:s.at]
		}
		if s.next() == ',' {
			s.at++
		}
	}
	s.at++
	s.depth--
	return missing(kind, seen)
}

// missing returns the error of a struct that lacks a required field.
func missing(kind reflect.Type, seen map[string]bool) *Error {
	if kind == nil || kind.Kind() != reflect.Struct {
		return nil
	}
	for _, field := range layoutOf(kind).fields {
		if !field.optional && !seen[field.name] {
			return refusal("json.shape", "missing field `"+field.name+"`").under(field.name)
		}
	}
	return nil
}

// memberOf returns the type of a member, nil for any, whether it may be absent, and whether there may be one of this name.
func memberOf(kind reflect.Type, name string) (member reflect.Type, optional, known bool) {
	switch {
	case kind == nil:
		return nil, false, true
	case kind.Kind() == reflect.Map:
		return kind.Elem(), false, true
	case kind.Kind() != reflect.Struct:
		return nil, false, true
	}
	for _, field := range layoutOf(kind).fields {
		if field.name == name {
			return kind.Field(field.place).Type, field.optional, true
		}
	}
	return nil, false, false
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
