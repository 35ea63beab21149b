package num

import "fmt"

// Unit is the unit a quantity is written in.
type Unit string

// Units of the standards in use. Amounts per volume of air and of water are different
// dimensions and never convert into each other.
const (
	None           Unit = ""
	MicrogramPerM3 Unit = "µg/m³"
	MilligramPerM3 Unit = "mg/m³"
	NanogramPerM3  Unit = "ng/m³"
	MilligramPerL  Unit = "mg/L"
	MicrogramPerL  Unit = "µg/L"
	Percent        Unit = "%"
)

// scale gives the dimension of a unit and its power of ten against the base of it.
func (u Unit) scale() (dimension string, exp int) {
	switch u {
	case MilligramPerM3:
		return "mass/air", -3
	case MicrogramPerM3:
		return "mass/air", -6
	case NanogramPerM3:
		return "mass/air", -9
	case MilligramPerL:
		return "mass/water", -3
	case MicrogramPerL:
		return "mass/water", -6
	}
	return string(u), 0
}

// ParseUnit accepts the spellings found in files: ug/m3, μg/m³ (Greek mu), mg/m3, mg/l …
func ParseUnit(s string) (Unit, error) {
	switch s {
	case "":
		return None, nil
	case "µg/m³", "μg/m³", "ug/m3", "µg/m3", "μg/m3", "ug/m³", "微克/立方米":
		return MicrogramPerM3, nil
	case "mg/m³", "mg/m3", "毫克/立方米":
		return MilligramPerM3, nil
	case "ng/m³", "ng/m3":
		return NanogramPerM3, nil
	case "mg/L", "mg/l", "毫克/升":
		return MilligramPerL, nil
	case "µg/L", "μg/L", "ug/L", "ug/l":
		return MicrogramPerL, nil
	case "%":
		return Percent, nil
	}
	return None, fmt.Errorf("unknown unit %q", s)
}

// Quantity is a number with its unit.
type Quantity struct {
	Decimal
	Unit Unit
}

func (q Quantity) String() string {
	if q.Unit == None {
		return q.Decimal.String()
	}
	return q.Decimal.String() + " " + string(q.Unit)
}

// In converts between units of one dimension exactly, by moving the decimal point.
func (q Quantity) In(to Unit) (Quantity, error) {
	have, e1 := q.Unit.scale()
	want, e2 := to.scale()
	if have != want {
		return Quantity{}, fmt.Errorf("%s does not convert to %q", q, to)
	}
	d, shift := q.Decimal, e1-e2
	for ; shift > 0 && d.Places > 0; shift-- {
		d.Places--
	}
	for ; shift > 0; shift-- {
		if d.Units > pow10[MaxDigits-1] || d.Units < -pow10[MaxDigits-1] {
			return Quantity{}, fmt.Errorf("%s in %s: %w", q, to, ErrRange)
		}
		d.Units *= 10
	}
	if int(d.Places)-shift > MaxDigits {
		return Quantity{}, fmt.Errorf("%s in %s: %w", q, to, ErrRange)
	}
	d.Places = uint8(int(d.Places) - shift)
	return Quantity{d, to}, nil
}
