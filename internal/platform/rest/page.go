package rest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/crc32"

	"qingshan/internal/platform/fault"
)

// Page is one page of a list. Next is "" on the last one.
type Page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next" doc:"下一页的 cursor，空表示到底"`
	Total int    `json:"total" doc:"全部条数"`
}

// NewPage makes a page whose list is [] and never null.
func NewPage[T any](items []T, next string, total int) Page[T] {
	if items == nil {
		items = []T{}
	}
	return Page[T]{Items: items, Next: next, Total: total}
}

// List is a whole list that needs no paging.
type List[T any] struct {
	Items []T `json:"items"`
}

// NewList makes a list that is [] and never null.
func NewList[T any](items []T) List[T] {
	if items == nil {
		items = []T{}
	}
	return List[T]{Items: items}
}

// PageQuery is embedded in the input of a paged list.
type PageQuery struct {
	Limit  int    `query:"limit" default:"50" minimum:"1" maximum:"500" doc:"每页条数"`
	Cursor string `query:"cursor" maxLength:"500" doc:"上一页的 next"`
}

// Cursor makes an opaque place in an ordered list from the keys of the last row shown
// (strings and int64).
func Cursor(keys ...any) string {
	b, err := json.Marshal(keys)
	if err != nil {
		panic(fmt.Sprintf("rest: cursor of %v: %v", keys, err)) // keys are strings and numbers
	}
	sum := crc32.ChecksumIEEE(b)
	b = append(b, byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum))
	return base64.RawURLEncoding.EncodeToString(b)
}

// ReadCursor fills the destinations (*string, *int64) from a cursor made with as many keys.
// An empty cursor is the first page: ok is false. A cursor that was not made here is
// invalid. A cursor is a place, not a permission: the query filters by region all the same.
func ReadCursor(cursor string, dest ...any) (ok bool, err error) {
	if cursor == "" {
		return false, nil
	}
	bad := fault.New(fault.Invalid, "cursor", "翻页位置无效，请从第一页重新查询").WithField("query.cursor", "无效的翻页位置", cursor)
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(b) < 5 {
		return false, bad
	}
	text, tail := b[:len(b)-4], b[len(b)-4:]
	sum := crc32.ChecksumIEEE(text)
	if [4]byte(tail) != [4]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)} {
		return false, bad
	}
	var parts []json.RawMessage
	if json.Unmarshal(text, &parts) != nil || len(parts) != len(dest) {
		return false, bad
	}
	for i, p := range parts {
		if json.Unmarshal(p, dest[i]) != nil {
			return false, bad
		}
	}
	return true, nil
}
