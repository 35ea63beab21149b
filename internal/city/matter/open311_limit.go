package matter

import (
	"encoding/xml"
	"net/http"
	"strings"
	"sync"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/rules/calendar"
)

// What a key may ask: so many requests at once, and then one every so often. Reports are
// dearer than reads. These are defaults of the system, not of the specification.
const (
	georeportReads     = 120
	georeportReadPause = time.Second
	georeportPosts     = 20
	georeportPostPause = 10 * time.Second
)

// georeportMeter counts the requests of keys. It is kept in memory: a restart forgives, a
// replica counts for itself.
type georeportMeter struct {
	clock clock.Clock
	mu    sync.Mutex
	used  map[meterKey]meterUse
}

type meterKey struct {
	key  int64
	post bool
}

type meterUse struct {
	used float64
	at   time.Time
}

// take uses up one request of a key; when there is none it says how long to wait.
func (m *georeportMeter) take(key int64, post bool) time.Duration {
	most, pause := float64(georeportReads), georeportReadPause
	if post {
		most, pause = georeportPosts, georeportPostPause
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.clock.Now()
	u := m.used[meterKey{key, post}]
	u.used = max(0, u.used-float64(now.Sub(u.at))/float64(pause))
	u.at = now
	var wait time.Duration
	if u.used++; u.used > most {
		wait = time.Duration((u.used - most) * float64(pause))
		u.used--
	}
	m.used[meterKey{key, post}] = u
	return wait
}

// Open311Discovery is where the service discovery document stands, before its ending.
const Open311Discovery = "/open311/discovery"

// The service discovery document (wiki.open311.org/Service_Discovery).
type georeportDiscovery struct {
	XMLName    xml.Name            `json:"-" xml:"discovery"`
	Changeset  string              `json:"changeset" xml:"changeset"`
	Contact    string              `json:"contact" xml:"contact"`
	KeyService string              `json:"key_service" xml:"key_service"`
	Endpoints  []georeportEndpoint `json:"endpoints" xml:"endpoints>endpoint"`
}

type georeportEndpoint struct {
	Specification string   `json:"specification" xml:"specification"`
	URL           string   `json:"url" xml:"url"`
	Changeset     string   `json:"changeset" xml:"changeset"`
	Type          string   `json:"type" xml:"type"`
	Formats       []string `json:"formats" xml:"formats>format"`
}

// Discovery answers GET discovery.xml and discovery.json: which specification stands where, in
// which formats, and when the services last changed.
func (o *Open311) Discovery(w http.ResponseWriter, r *http.Request) {
	format, known := strings.CutPrefix(r.URL.Path, Open311Discovery+".")
	switch {
	case !known || format != "json" && format != "xml":
		o.answer(w, r, "xml", 0, nil, georefuse(http.StatusNotFound, "format must be json or xml"))
	case r.Method != http.MethodGet:
		o.answer(w, r, format, 0, nil, georefuse(http.StatusMethodNotAllowed, "%s is not possible here", r.Method))
	default:
		o.answer(w, r, format, http.StatusOK, o.discovery(r), nil)
	}
}

func (o *Open311) discovery(r *http.Request) georeportDiscovery {
	base := o.cfg.Base
	if base == "" {
		base = "http://" + r.Host
		if r.TLS != nil {
			base = "https://" + r.Host
		}
	}
	changed := calendar.Day(0)
	for _, k := range o.offered() {
		if d, err := calendar.ParseDay(k.Edition); err == nil {
			changed = max(changed, d)
		}
	}
	at := time.UnixMilli(changed.Start()).In(clock.Shanghai).Format(time.RFC3339)
	return georeportDiscovery{Changeset: at, Contact: o.cfg.Contact, KeyService: "密钥由系统管理员在“系统管理”中发放，按工具、行政区各一",
		Endpoints: []georeportEndpoint{{Specification: "http://wiki.open311.org/GeoReport_v2", URL: strings.TrimSuffix(base, "/") + strings.TrimSuffix(Open311Prefix, "/"),
			Changeset: at, Type: "production", Formats: []string{"text/xml", "application/json"}}}}
}
