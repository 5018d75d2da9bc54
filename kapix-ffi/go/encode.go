//go:build cgo

package kapix

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// depthMax is the depth of a request that the engine reads, so that a map that holds itself ends here.
const depthMax = 64

// field is a field of a struct on the wire.
type field struct {
	name, head        string // the head is the name as a member begins with it
	place             int
	optional, foreign bool
}

// given are the members of a struct that was read from JSON whose values a struct cannot tell from absent ones, such as
// `null` and `""`: they are sent as they came, for the engine to judge, as long as their fields stay zero.
type given map[string]string

// layout is how a struct stands on the wire.
type layout struct {
	fields []field
	given  int // the place of its *given, -1 without one
}

var layouts sync.Map // reflect.Type to layout

func layoutOf(kind reflect.Type) layout {
	if known, ok := layouts.Load(kind); ok {
		return known.(layout)
	}
	own := layout{given: -1}
	for place := range kind.NumField() {
		member := kind.Field(place)
		if !member.IsExported() {
			own.given = place
			continue
		}
		name, options, _ := strings.Cut(member.Tag.Get("json"), ",")
		own.fields = append(own.fields, field{name, `"` + name + `":`, place, options != "", isForeign(member.Type)})
	}
	layouts.Store(kind, own)
	return own
}

// refusal returns the error that the engine would give.
func refusal(cause, message string) *Error {
	return &Error{Code: ErrValidation.Code, Cause: cause, Message: message, Docs: docs, Fields: []string{""}, Status: 400}
}

// under returns the error of a part as that of the whole: its place begins with the name of the part.
func (e *Error) under(part string) *Error {
	e.Fields[0] = "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(part) + e.Fields[0]
	return e
}

// spare are writers whose memory the next request takes.
var spare = sync.Pool{New: func() any { return new(writer) }}

// encoded hands a request in JSON to use, whose memory it borrows. A nil slice is an empty list; what JSON cannot hold
// is an error at its place.
func encoded(value any, use func(text []byte) error) error {
	w := spare.Get().(*writer)
	defer spare.Put(w)
	w.out, w.depth = w.out[:0], 0
	if err := w.value(reflect.ValueOf(value)); err != nil {
		return err
	}
	return use(w.out)
}

type writer struct {
	out   []byte
	depth int
}

func (w *writer) value(v reflect.Value) *Error {
	if !v.IsValid() {
		w.out = append(w.out, "null"...)
		return nil
	}
	return w.known(v, isForeign(v.Type()))
}

// known writes a value of a type of which is known whether it is foreign.
func (w *writer) known(v reflect.Value, foreign bool) (err *Error) {
	if foreign {
		return w.foreign(v)
	}
	if w.depth++; w.depth > 3*depthMax { // A value may be a pointer to an interface to it.
		return refusal("limit.exceeded", fmt.Sprintf("a request must be at most `%d` deep", depthMax))
	}
	switch v.Kind() {
	case reflect.Interface:
		err = w.value(v.Elem())
	case reflect.Pointer:
		if v.IsNil() {
			w.out = append(w.out, "null"...)
		} else {
			err = w.known(v.Elem(), false)
		}
	case reflect.Bool:
		w.out = strconv.AppendBool(w.out, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.out = strconv.AppendInt(w.out, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		w.out = strconv.AppendUint(w.out, v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		if math.IsNaN(v.Float()) || math.IsInf(v.Float(), 0) {
			return refusal("json.number_not_finite", fmt.Sprintf("a number must be finite; got `%v`", v.Float()))
		}
		w.out = strconv.AppendFloat(w.out, v.Float(), 'g', -1, v.Type().Bits())
	case reflect.String:
		err = w.text(v.String())
	case reflect.Slice, reflect.Array:
		err = w.list(v)
	case reflect.Map:
		err = w.object(v)
	case reflect.Struct:
		err = w.structure(v)
	default:
		err = w.foreign(v)
	}
	w.depth--
	return err
}

func (w *writer) list(v reflect.Value) *Error {
	w.out = append(w.out, '[')
	foreign := isForeign(v.Type().Elem())
	for place := range v.Len() {
		if place > 0 {
			w.out = append(w.out, ',')
		}
		if err := w.known(v.Index(place), foreign); err != nil {
			return err.under(strconv.Itoa(place))
		}
	}
	w.out = append(w.out, ']')
	return nil
}

func (w *writer) object(v reflect.Value) *Error {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	w.out = append(w.out, '{')
	for place, key := range keys {
		if place > 0 {
			w.out = append(w.out, ',')
		}
		if err := w.text(key.String()); err != nil {
			return err
		}
		w.out = append(w.out, ':')
		if err := w.value(v.MapIndex(key)); err != nil {
			return err.under(key.String())
		}
	}
	w.out = append(w.out, '}')
	return nil
}

func (w *writer) structure(v reflect.Value) *Error {
	open, own := byte('{'), layoutOf(v.Type())
	var zeros given
	if own.given >= 0 {
		if at := (*given)(v.Field(own.given).UnsafePointer()); at != nil {
			zeros = *at
		}
	}
	for _, field := range own.fields {
		own := v.Field(field.place)
		isAbsent := field.optional && own.IsZero()
		zero, isGiven := zeros[field.name]
		if isAbsent && !isGiven {
			continue
		}
		w.out = append(append(w.out, open), field.head...)
		open = ','
		if isAbsent {
			w.out = append(w.out, zero...)
			continue
		}
		if err := w.known(own, field.foreign); err != nil {
			return err.under(field.name)
		}
	}
	if open == '{' {
		w.out = append(w.out, open)
	}
	w.out = append(w.out, '}')
	return nil
}

func (w *writer) text(text string) *Error {
	if !utf8.ValidString(text) {
		return refusal("json.syntax", "a text must be UTF-8")
	}
	w.out = append(w.out, '"')
	start := 0
	for place := range len(text) {
		if c := text[place]; c < ' ' || c == '"' || c == '\\' {
			w.out = fmt.Appendf(append(w.out, text[start:place]...), `\u%04x`, c)
			start = place + 1
		}
	}
	w.out = append(append(w.out, text[start:]...), '"')
	return nil
}

var (
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	ownPackage    = reflect.TypeFor[Engine]().PkgPath()
)

// isForeign reports whether a value has a form of its own in JSON, which is for encoding/json to find.
func isForeign(kind reflect.Type) bool {
	switch own := kind; own.Kind() {
	case reflect.Slice:
		return own.Elem().Kind() == reflect.Uint8
	case reflect.Map:
		return own.Key().Kind() != reflect.String || isForeign(own.Key())
	case reflect.Pointer:
		kind = own.Elem()
	}
	path := kind.PkgPath()
	if kind.Kind() == reflect.Struct {
		return path != ownPackage
	}
	return path != "" && path != ownPackage && (kind == reflect.TypeFor[json.Number]() ||
		reflect.PointerTo(kind).Implements(jsonMarshaler) || reflect.PointerTo(kind).Implements(textMarshaler))
}

func (w *writer) foreign(v reflect.Value) *Error {
	var written bytes.Buffer
	encoder := json.NewEncoder(&written)
	encoder.SetEscapeHTML(false) // Escapes for pages of HTML take six bytes for one.
	if err := encoder.Encode(v.Interface()); err != nil {
		return refusal("json.shape", "a value must have a JSON form: "+err.Error())
	}
	text := bytes.TrimSuffix(written.Bytes(), []byte("\n"))
	// encoding/json writes this for bytes that are no UTF-8.
	if v.Type() != reflect.TypeFor[json.RawMessage]() && bytes.Contains(text, []byte(`\ufffd`)) {
		return refusal("json.syntax", "a text must be UTF-8")
	}
	w.out = append(w.out, text...)
	return nil
}
