package doors_test

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/matter"
	"qingshan/internal/platform/fault"
)

func (h *house) issue(who, name, region string, unit string) string {
	h.Helper()
	status, _, out := h.call(who, "POST", "/api/v1/open311/keys", fmt.Appendf(nil, `{"name":%q,"region":%q,"unit":"%d"}`, name, region, h.units[unit]), "Content-Type", "application/json")
	var k struct{ Key, ID string }
	if err := json.Unmarshal(out, &k); err != nil || status != 201 || !strings.HasPrefix(k.Key, "q311_") {
		h.Fatalf("%d %s %v", status, out, err)
	}
	return k.Key
}

func (h *house) post(format string, form url.Values) (int, string) {
	h.Helper()
	status, _, out := h.call("", "POST", matter.Open311Prefix+"requests."+format, []byte(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
	return status, string(out)
}

func (h *house) read(path string) (int, string) {
	h.Helper()
	status, _, out := h.call("", "GET", matter.Open311Prefix+path, nil)
	return status, string(out)
}

func TestOpen311Services(t *testing.T) {
	both(t, func(h *house) {
		status, text := h.read("services.json")
		var list []struct {
			Code     string `json:"service_code"`
			Metadata bool   `json:"metadata"`
			Type     string `json:"type"`
		}
		if err := json.Unmarshal([]byte(text), &list); err != nil || status != 200 || len(list) < 5 || list[0].Type != "realtime" || !list[0].Metadata {
			h.Fatalf("%d %s %v", status, text, err)
		}
		status, text = h.read("services.xml")
		var doc struct {
			XMLName xml.Name `xml:"services"`
			Code    []string `xml:"service>service_code"`
		}
		if err := xml.Unmarshal([]byte(text), &doc); err != nil || status != 200 || len(doc.Code) != len(list) || !strings.HasPrefix(text, "<?xml") {
			h.Fatalf("%d %s %v", status, text, err)
		}
		if status, text = h.read("services/complaint.dust.json"); status != 200 || !strings.Contains(text, `"code":"target"`) || strings.Contains(text, "reply") || strings.Contains(text, "phone") {
			h.Errorf("%d %s", status, text)
		}
		if status, text = h.read("services/complaint.nothing.xml"); status != 404 || !strings.Contains(text, "<errors><error><code>404</code>") {
			h.Errorf("%d %s", status, text)
		}
	})
}

func TestOpen311ReportsAndReads(t *testing.T) {
	both(t, func(h *house) {
		key, other := h.issue("admin", "城管平台", string(countyA), "新乡县攻坚办"), h.issue("admin", "获嘉平台", string(countyB), "获嘉县攻坚办")
		form := url.Values{"api_key": {key}, "service_code": {"complaint.dust"}, "lat": {"35.2"}, "long": {"113.9"}, "address_string": {"107 国道"},
			"description": {"工地扬尘 <b>很大</b>"}, "first_name": {"三"}, "last_name": {"张"}, "phone": {"13800000000"}, "attribute[target]": {"某工地"}, "media_url": {"https://example.org/a.jpg"}}
		status, text := h.post("json", form)
		var got []struct {
			ID string `json:"service_request_id"`
		}
		if err := json.Unmarshal([]byte(text), &got); err != nil || status != 201 || len(got) != 1 || got[0].ID == "" {
			h.Fatalf("%d %s %v", status, text, err)
		}
		status, text = h.read("requests/" + got[0].ID + ".json?api_key=" + key)
		if status != 200 || !strings.Contains(text, `"status":"open"`) || !strings.Contains(text, `"lat":35.2`) || !strings.Contains(text, `"service_code":"complaint.dust"`) ||
			!strings.Contains(text, "2026-08-28T09:00:00+08:00") || strings.Contains(text, "138000") || strings.Contains(text, "张") {
			h.Errorf("%d %s", status, text)
		}
		status, text = h.read("requests.xml?jurisdiction_id=x&status=open&service_code=complaint.dust,complaint.noise&api_key=" + key)
		if status != 200 || !strings.Contains(text, "<service_requests><request><service_request_id>"+got[0].ID) || !strings.Contains(text, "&lt;b&gt;") || strings.Contains(text, "<b>") {
			h.Errorf("%d %s", status, text)
		}
		for path, want := range map[string]string{
			"requests.json?status=closed&api_key=" + key:                                                        "[]\n",
			"requests.json?service_code=complaint.noise&api_key=" + key:                                         "[]\n",
			"requests.json?end_date=2026-08-01T00:00:00Z&api_key=" + key:                                        "[]\n",
			"requests.json?start_date=2026-08-28T00:00:00%2B08:00&end_date=2026-08-28T00:30:00Z&api_key=" + key: "[]\n",
			"requests.json?api_key=" + other:                                                                    "[]\n",
			"requests.json?service_request_id=" + got[0].ID + ",77&status=closed&api_key=" + other:              "[]\n",
			"requests.json?service_request_id=nonsense&api_key=" + key:                                          "[]\n",
		} {
			if status, text := h.read(path); status != 200 || text != want {
				h.Errorf("%s: %d %s", path, status, text)
			}
		}
		if status, text := h.read("requests.json?status=closed&service_request_id=" + got[0].ID + "&api_key=" + key); status != 200 || !strings.Contains(text, got[0].ID) {
			h.Errorf("a number overrides the other filters: %d %s", status, text)
		}
		if status, _ := h.read("requests/" + got[0].ID + ".json?api_key=" + other); status != 404 {
			h.Errorf("another county's key reads it: %d", status)
		}
		if h.audited("open311.issue") != 2 {
			h.Error("keys without audit")
		}
		h.clk.Advance(100 * 24 * time.Hour)
		if _, text := h.read("requests.json?api_key=" + key); text != "[]\n" {
			h.Errorf("older than 90 days: %s", text)
		}
	})
}

func TestOpen311Refuses(t *testing.T) {
	both(t, func(h *house) {
		key := h.issue("admin", "城管平台", string(countyA), "新乡县攻坚办")
		good := func(change ...string) url.Values {
			v := url.Values{"api_key": {key}, "service_code": {"complaint.dust"}, "address_string": {"某处"}, "description": {"x"}}
			for i := 0; i < len(change); i += 2 {
				v.Set(change[i], change[i+1])
			}
			return v
		}
		for _, x := range []struct {
			form url.Values
			want int
		}{
			{good(), 201}, {good("api_key", ""), 403}, {good("api_key", "q311_guess"), 403}, {good("service_code", ""), 400}, {good("service_code", "complaint.x"), 404},
			{good("service_code", "fire.x"), 404}, {good("address_string", ""), 400}, {good("lat", "35"), 400}, {good("lat", "95", "long", "113"), 400},
			{good("lat", "NaN", "long", "113"), 400}, {good("description", strings.Repeat("长", 4001)), 400}, {good("attribute[reply]", "我来答复"), 400},
			{good("attribute[phone]", "1"), 400},
		} {
			status, text := h.post("json", x.form)
			var list []struct {
				Code        int
				Description string
			}
			if err := json.Unmarshal([]byte(text), &list); status != x.want || err != nil || x.want != 201 && (list[0].Code != x.want || list[0].Description == "") {
				h.Errorf("%v: %d %s", x.form, status, text)
			}
		}
		for path, want := range map[string]int{
			"requests.json": 403, "requests/1.xml": 403, "requests.json?status=broken&api_key=" + key: 400, "requests.json?start_date=yesterday&api_key=" + key: 400,
			"requests.json?start_date=2025-01-01T00:00:00Z&end_date=2026-01-01T00:00:00Z&api_key=" + key: 400, "requests/999.json?api_key=" + key: 404,
			"tokens/1.json": 404, "services.html": 404, "requests.json?service_code=x&api_key=" + key: 404,
		} {
			if status, text := h.read(path); status != want {
				h.Errorf("%s: %d %s", path, status, text)
			}
		}
		if status, _, _ := h.call("", "DELETE", matter.Open311Prefix+"requests.json", nil); status != 405 {
			h.Errorf("DELETE: %d", status)
		}
		// Keys: only administrators, only in their region; an ended key is none at once.
		if status, _, out := h.call("office", "GET", "/api/v1/open311/keys", nil); status != 403 {
			h.Errorf("%d %s", status, out)
		}
		if _, _, err := h.open311.Issue(h.as("b-admin"), "越界", countyA, h.units["新乡县攻坚办"]); !fault.Is(err, fault.NotFound) {
			h.Errorf("county B issues for county A: %v", err)
		}
		if status, _, out := h.call("b-admin", "GET", "/api/v1/open311/keys", nil); status != 200 || string(out) != "[]\n" {
			h.Errorf("%d %s", status, out)
		}
		if status, _, _ := h.call("b-admin", "DELETE", "/api/v1/open311/keys/1", nil); status != 404 {
			h.Errorf("county B ends county A's key: %d", status)
		}
		if status, _, out := h.call("admin", "DELETE", "/api/v1/open311/keys/1", nil); status != 204 {
			h.Errorf("%d %s", status, out)
		}
		if status, _ := h.post("json", good()); status != 403 {
			h.Errorf("an ended key: %d", status)
		}
	})
}

// The discovery document says where the specification is spoken, in both formats.
func TestOpen311Discovery(t *testing.T) {
	both(t, func(h *house) {
		status, _, out := h.call("", "GET", matter.Open311Discovery+".json", nil)
		var d struct {
			Changeset, Contact string
			KeyService         string `json:"key_service"`
			Endpoints          []struct {
				Specification, URL, Changeset, Type string
				Formats                             []string
			}
		}
		if err := json.Unmarshal(out, &d); err != nil || status != 200 || len(d.Endpoints) != 1 {
			h.Fatalf("%d %s %v", status, out, err)
		}
		e := d.Endpoints[0]
		if e.Specification != "http://wiki.open311.org/GeoReport_v2" || e.URL != "http://example.com/open311/v2" || e.Type != "production" ||
			strings.Join(e.Formats, " ") != "text/xml application/json" || e.Changeset != "2024-01-01T00:00:00+08:00" || d.Contact != "010-0000" || d.KeyService == "" {
			h.Errorf("%+v", d)
		}
		status, header, out := h.call("", "GET", matter.Open311Discovery+".xml", nil)
		var x struct {
			XMLName xml.Name `xml:"discovery"`
			URL     []string `xml:"endpoints>endpoint>url"`
			Format  []string `xml:"endpoints>endpoint>formats>format"`
		}
		if err := xml.Unmarshal(out, &x); err != nil || status != 200 || len(x.URL) != 1 || len(x.Format) != 2 || header.Get("Content-Type") != "text/xml; charset=utf-8" {
			h.Errorf("%d %s %v", status, out, err)
		}
		if status, _, _ := h.call("", "POST", matter.Open311Discovery+".json", nil); status != 405 {
			h.Errorf("POST: %d", status)
		}
	})
}

// A key that asks too much waits, and no other key with it.
func TestOpen311LimitsAKey(t *testing.T) {
	both(t, func(h *house) {
		key, other := h.issue("admin", "城管平台", string(countyA), "新乡县攻坚办"), h.issue("admin", "获嘉平台", string(countyB), "获嘉县攻坚办")
		for i := range 120 {
			if status, text := h.read("requests.json?api_key=" + key); status != 200 {
				h.Fatalf("request %d: %d %s", i, status, text)
			}
		}
		status, header, out := h.call("", "GET", matter.Open311Prefix+"requests.json?api_key="+key, nil)
		if status != 429 || header.Get("Retry-After") != "1" || !strings.Contains(string(out), `"code":429`) {
			h.Errorf("request 121: %d %v %s", status, header, out)
		}
		if status, _ := h.read("requests.json?api_key=" + other); status != 200 {
			h.Errorf("another key: %d", status)
		}
		form := url.Values{"api_key": {key}, "service_code": {"complaint.dust"}, "address_string": {"某处"}, "description": {"x"}}
		for i := range 20 {
			if status, text := h.post("xml", form); status != 201 {
				h.Fatalf("report %d: %d %s", i, status, text)
			}
		}
		if status, text := h.post("xml", form); status != 429 || !strings.Contains(text, "<code>429</code>") {
			h.Errorf("report 21: %d %s", status, text)
		}
		h.clk.Advance(10 * time.Second)
		if status, _ := h.post("xml", form); status != 201 {
			h.Errorf("after ten seconds: %d", status)
		}
		if status, _ := h.read("requests.json?api_key=" + key); status != 200 {
			h.Errorf("after ten seconds: %d", status)
		}
	})
}
