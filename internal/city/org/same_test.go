package org_test

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func same[T any](t *testing.T, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func idOf(id int64) string { return strconv.FormatInt(id, 10) }
