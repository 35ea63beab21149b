// Package org is the room of who is who: regions, units, posts, the people who hold posts
// over time, accounts and their sessions. People come and go, posts stay; what an account may
// do follows from the posts its person holds today.
package org

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/region"
)

// Region is an administrative region (行政区).
type Region struct {
	Code     region.Code
	Name     string
	Parent   region.Code // "" at the top
	Children int
}

// Unit is a government, bureau, institution or enterprise (单位).
type Unit struct {
	ID      int64
	Code    string // a data pack's handle; "" for units made by people
	Name    string
	Short   string
	Kind    string // government, campaign, bureau, institution, branch, team, enterprise or free text
	Region  region.Code
	Parent  int64 // 0: none
	Version int64
}

// Post is a post in a unit (岗位).
type Post struct {
	ID         int64
	Code       string
	Unit       int64
	UnitName   string
	UnitRegion region.Code
	Name       string
	Role       string
	Scope      region.Code // "" for roles of scope all, unit and own
	Version    int64
	Holders    []Holder
}

// Person is a natural person.
type Person struct {
	ID   int64
	Name string
}

// Holder says that a person holds a post for a time.
type Holder struct {
	ID     int64
	Post   int64
	Person Person
	From   string // civil day 2026-08-28, inclusive
	To     string // exclusive; "" while held
}

// Account is a way to log in.
type Account struct {
	ID          int64
	Name        string
	Display     string
	Person      Person
	Region      region.Code
	MustChange  bool
	Disabled    bool
	Local       bool // has a password
	Language    string
	LastLoginAt int64 // ms UTC, 0: never
	Posts       []Post
}

// Session is one login of an account.
type Session struct {
	ID         string
	Account    int64
	CreatedAt  int64 // ms UTC, city time
	LastSeenAt int64
	Address    string
	Device     string
	Current    bool
}

// Visitor is where a request comes from.
type Visitor struct {
	Address string
	Device  string
}

var accountName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{2,31}$`)

func checkAccountName(name string) error {
	if accountName.MatchString(name) {
		return nil
	}
	return invalid("name", "用户名应为 3 至 32 个小写字母、数字、点或短横，以字母或数字开头", name)
}

// checkText makes a name fit for a list: no line breaks, not empty, not long.
func checkText(field, what string, most int, text *string) error {
	*text = strings.Join(strings.Fields(*text), " ")
	n := utf8.RuneCountInString(*text)
	switch {
	case n == 0:
		return invalid(field, "请填写"+what, "")
	case n > most:
		return invalid(field, fmt.Sprintf("%s不超过 %d 个字", what, most), *text)
	case !utf8.ValidString(*text), strings.ContainsFunc(*text, unicode.IsControl):
		return invalid(field, what+"含有不可见字符", "")
	}
	return nil
}

func checkDay(field, day string) error {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil || t.Year() < 1949 || t.Year() > 2200 {
		return invalid(field, "日期应为 2026-08-28 的形式", day)
	}
	return nil
}

// invalid is one wrong field, in its own words.
func invalid(field, message, value string) error {
	return fault.New(fault.Invalid, "invalid_"+field, message).WithField("body."+field, message, value)
}

func stale() error {
	return fault.New(fault.Conflict, "stale", "内容已被他人修改，请刷新后重新编辑")
}

// held is a post that an account's person holds today.
type held struct {
	post Post
	role access.Role
}

// grant is what a held post allows; units are the post's own unit and, for roles of scope
// unit, those below it.
func (h held) grant(units []int64) access.Grant {
	g := access.Grant{Role: h.role.ID, Post: h.post.ID, Kind: h.role.Scope, Actions: h.role.Permissions}
	switch h.role.Scope {
	case access.ScopeRegion:
		g.Region = h.post.Scope
	case access.ScopeUnit:
		g.Units = units
	case access.ScopeOwn:
		g.Units = []int64{h.post.Unit}
	}
	return g
}
