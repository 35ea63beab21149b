package matter

import (
	"encoding/json"
	"encoding/xml"
	"io"
)

// The forms of GeoReport v2 (wiki.open311.org/GeoReport_v2). In JSON every answer is a list
// but the definition of a service; in XML lists have a root of their own.

type georeportErrors struct {
	XMLName xml.Name         `json:"-" xml:"errors"`
	List    []georeportError `xml:"error"`
}

type georeportError struct {
	Code        int    `json:"code" xml:"code"`
	Description string `json:"description" xml:"description"`
}

type georeportServices struct {
	XMLName xml.Name           `json:"-" xml:"services"`
	List    []georeportService `xml:"service"`
}

type georeportService struct {
	Code        string `json:"service_code" xml:"service_code"`
	Name        string `json:"service_name" xml:"service_name"`
	Description string `json:"description" xml:"description"`
	Metadata    bool   `json:"metadata" xml:"metadata"`
	Type        string `json:"type" xml:"type"`
	Keywords    string `json:"keywords" xml:"keywords"`
	Group       string `json:"group" xml:"group"`
}

type georeportDefinition struct {
	XMLName    xml.Name             `json:"-" xml:"service_definition"`
	Code       string               `json:"service_code" xml:"service_code"`
	Attributes []georeportAttribute `json:"attributes" xml:"attributes>attribute"`
}

type georeportAttribute struct {
	Variable            bool             `json:"variable" xml:"variable"`
	Code                string           `json:"code" xml:"code"`
	Datatype            string           `json:"datatype" xml:"datatype"`
	Required            bool             `json:"required" xml:"required"`
	DatatypeDescription string           `json:"datatype_description" xml:"datatype_description"`
	Order               int              `json:"order" xml:"order"`
	Description         string           `json:"description" xml:"description"`
	Values              []georeportValue `json:"values,omitempty" xml:"values>value,omitempty"`
}

type georeportValue struct {
	Key  string `json:"key" xml:"key"`
	Name string `json:"name" xml:"name"`
}

type georeportAccepted struct {
	XMLName xml.Name            `json:"-" xml:"service_requests"`
	List    []georeportReceived `xml:"request"`
}

type georeportReceived struct {
	ID      string `json:"service_request_id" xml:"service_request_id"`
	Notice  string `json:"service_notice" xml:"service_notice"`
	Account string `json:"account_id" xml:"account_id"`
}

type georeportRequests struct {
	XMLName xml.Name           `json:"-" xml:"service_requests"`
	List    []georeportRequest `xml:"request"`
}

type georeportRequest struct {
	ID        string `json:"service_request_id" xml:"service_request_id"`
	Status    string `json:"status" xml:"status"`
	Notes     string `json:"status_notes" xml:"status_notes"`
	Name      string `json:"service_name" xml:"service_name"`
	Code      string `json:"service_code" xml:"service_code"`
	Words     string `json:"description" xml:"description"`
	Agency    string `json:"agency_responsible" xml:"agency_responsible"`
	Notice    string `json:"service_notice" xml:"service_notice"`
	Requested string `json:"requested_datetime" xml:"requested_datetime"`
	Updated   string `json:"updated_datetime" xml:"updated_datetime"`
	Expected  string `json:"expected_datetime" xml:"expected_datetime"`
	Address   string `json:"address" xml:"address"`
	AddressID string `json:"address_id" xml:"address_id"`
	Zipcode   string `json:"zipcode" xml:"zipcode"`
	Lat       string `json:"-" xml:"lat"`
	Long      string `json:"-" xml:"long"`
	Media     string `json:"media_url" xml:"media_url"`

	LatJSON  *json.Number `json:"lat" xml:"-"`
	LongJSON *json.Number `json:"long" xml:"-"`
}

// listed is what a JSON answer shows of an answer that XML wraps.
func listed(v any) any {
	switch x := v.(type) {
	case georeportErrors:
		return x.List
	case georeportServices:
		return x.List
	case georeportAccepted:
		return x.List
	case georeportRequests:
		return x.List
	}
	return v
}

func encodeGeoreport(w io.Writer, format string, v any) error {
	if format == "json" {
		return json.NewEncoder(w).Encode(listed(v))
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	return xml.NewEncoder(w).Encode(v)
}
