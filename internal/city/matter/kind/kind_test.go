package kind_test

import (
	"testing"

	"qingshan/internal/city/matter/kind"
)

func national(t testing.TB) *kind.Set {
	t.Helper()
	s, err := kind.National()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNationalKinds(t *testing.T) {
	if n := len(national(t).All()); n != 6 {
		t.Errorf("%d kinds, want 6", n)
	}
}
