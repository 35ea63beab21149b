package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"qingshan/internal/platform/fault"
)

func TestKindSurvivesWrapping(t *testing.T) {
	cause := errors.New("disk is gone")
	err := fmt.Errorf("save: %w", fault.Wrap(cause, fault.Unavailable, "disk", "磁盘不可用，请稍后再试"))
	if !fault.Is(err, fault.Unavailable) || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("kind of %v is %v, want unavailable", err, fault.KindOf(err))
	}
	if !errors.Is(err, cause) {
		t.Error("the cause is not reachable")
	}
	if !strings.Contains(err.Error(), "disk is gone") {
		t.Errorf("the log line %q does not name the cause", err)
	}
}

func TestPlainErrorIsInternal(t *testing.T) {
	if k := fault.KindOf(errors.New("boom")); k != fault.Internal {
		t.Errorf("got %v, want internal", k)
	}
	if fault.Is(errors.New("boom"), fault.Internal) {
		t.Error("a plain error carries no kind")
	}
}

func TestFieldsKeepTheirOrder(t *testing.T) {
	err := fault.New(fault.Invalid, "row", "第 3 行有误").WithField("so2", "不能为负", "-1").WithField("co", "不是数", "x")
	if len(err.Fields) != 2 || err.Fields[0].Location != "so2" || err.Fields[1].Value != "x" {
		t.Errorf("fields %+v", err.Fields)
	}
}
