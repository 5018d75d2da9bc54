//go:build cgo

package kapix

// Inputs returns values of an answer as a request takes them, such as the accounts that TransactionsRead read.
//
//	source := &kapix.TransactionSource{Accounts: kapix.Inputs(read.Accounts)}
func Inputs[Input any, Value interface{ Input() Input }](values []Value) []Input {
	if values == nil {
		return nil
	}
	return each(values, Value.Input)
}

// inputOf returns a value of an answer as a request takes it; nil for none.
func inputOf[Input any, Value interface{ Input() Input }](value *Value) *Input {
	if value == nil {
		return nil
	}
	own := (*value).Input()
	return &own
}
