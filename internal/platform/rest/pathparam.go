package rest

import "strings"

// pathParams lists the names in braces of a path: "/a/{id}/b/{x...}" gives id, x.
func pathParams(path string) []string {
	var out []string
	for seg := range strings.SplitSeq(path, "/") {
		if name, ok := strings.CutPrefix(seg, "{"); ok {
			name, _, _ = strings.Cut(name, "}")
			out = append(out, strings.TrimSuffix(name, "..."))
		}
	}
	return out
}
