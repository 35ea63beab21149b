package server

import (
	"context"
	"strconv"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
)

// mattersFound bounds the matters among what a search shows.
const mattersFound = 8

// SearchHit is one thing a search leads to.
type SearchHit struct {
	Kind     string `json:"kind" enum:"site,region,city,matter"`
	Title    string `json:"title"`
	Subtitle string `json:"subtitle"`
	Href     string `json:"href" doc:"界面内的地址"`
}

// registerSearch adds the search over all rooms; each finds only what its own permissions show.
func (s *Server) registerSearch() {
	rest.Register(s.api, rest.Spec{Method: "GET", Path: "/search", ID: "search", Tag: "search", Summary: "查找站点、县区、城市和事项", Access: access.LoggedIn},
		func(ctx context.Context, in *struct {
			Q string `query:"q" maxLength:"60" doc:"名称、编码、事项编号的一部分"`
		}) (*struct{ Body rest.List[SearchHit] }, error) {
			if strings.ContainsRune(in.Q, 0) {
				return nil, fault.New(fault.Invalid, "q", "查找内容含有无效字符")
			}
			found, err := s.search(ctx, strings.TrimSpace(in.Q))
			return &struct{ Body rest.List[SearchHit] }{rest.NewList(found)}, err
		})
}

func (s *Server) search(ctx context.Context, text string) ([]SearchHit, error) {
	var out []SearchHit
	if a, _ := access.From(ctx); a.Has(access.AirRead) {
		places, err := s.rooms.Air.Search(ctx, text)
		if err != nil {
			return nil, err
		}
		for _, p := range places {
			out = append(out, SearchHit(p))
		}
	}
	matters, err := s.rooms.Matters.Search(ctx, text, mattersFound)
	for _, m := range matters {
		out = append(out, SearchHit{"matter", m.Number + " " + m.Title, m.Text, "/matters/" + strconv.FormatInt(m.ID, 10)})
	}
	return out, err
}
