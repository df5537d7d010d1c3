package care

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
)

// A record's resolved name is {point}/{quantity}, such as 203-air/temperature.
// Points are unique in a site and the topic names the site, so packs need no
// longer base name than the point.

// senmlRecord is one record of a SenML pack (RFC 8428, section 4).
type senmlRecord struct {
	BaseName    string   `json:"bn,omitempty"`
	BaseTime    float64  `json:"bt,omitempty"`
	BaseUnit    string   `json:"bu,omitempty"`
	BaseValue   float64  `json:"bv,omitempty"`
	BaseVersion *int     `json:"bver,omitempty"`
	Name        string   `json:"n,omitempty"`
	Unit        string   `json:"u,omitempty"`
	Value       *float64 `json:"v,omitempty"`
	BoolValue   *bool    `json:"vb,omitempty"`
	StringValue *string  `json:"vs,omitempty"`
	DataValue   *string  `json:"vd,omitempty"`
	Sum         *float64 `json:"s,omitempty"`
	Time        float64  `json:"t,omitempty"`
}

// EncodePack returns the SenML JSON pack of readings, which are all of one
// site. Times are sent in seconds with millisecond resolution relative to the
// first reading.
func EncodePack(readings []Reading) ([]byte, error) {
	records := make([]senmlRecord, len(readings))
	var base int64
	for i, r := range readings {
		symbol, ok := UnitOf(r.Quantity)
		if !ok {
			return nil, fmt.Errorf("encode SenML pack: the quantity %q of point %s has no unit", r.Quantity, r.Point)
		}
		rec := senmlRecord{Name: string(r.Point) + "/" + string(r.Quantity), Unit: symbol, Value: &readings[i].Value}
		ms := r.Time.UnixMilli()
		if i == 0 {
			base = ms
			rec.BaseTime = float64(ms) / 1000
		} else {
			rec.Time = float64(ms-base) / 1000
		}
		records[i] = rec
	}
	b, err := json.Marshal(records)
	if err != nil {
		return nil, fmt.Errorf("encode SenML pack: %w", err)
	}
	return b, nil
}

// RefusedReading is one record of a pack that cannot be taken.
type RefusedReading struct {
	Record  int    // place in the pack, from 0
	Name    string // resolved name, where there is one
	Refusal *Refusal
}

// Times below this are relative to the time of receipt (RFC 8428, section
// 4.5.3: values under 2^28 are relative to now).
const senmlAbsolute = 1 << 28

// ParsePack decodes a SenML JSON pack of a site that was received at now.
// Records that cannot be taken are returned beside those that can: one wrong
// unit loses nothing else. The error is a *Refusal and means that nothing in
// the pack could be read. Whether a time is in the accepted range is checked
// here too; whether a point is registered is not.
func ParsePack(site SiteID, payload []byte, now time.Time) ([]Reading, []RefusedReading, error) {
	var records []senmlRecord
	if err := json.Unmarshal(payload, &records); err != nil {
		return nil, nil, Refuse(ReasonMalformed, fmt.Sprintf("the reading is not a SenML JSON pack: %v", err))
	}
	if len(records) == 0 {
		return nil, nil, Refuse(ReasonMalformed, "the SenML pack is empty")
	}
	var (
		readings []Reading
		refused  []RefusedReading
		base     senmlRecord
	)
	for i, rec := range records {
		if rec.BaseVersion != nil && *rec.BaseVersion != 10 {
			return nil, nil, Refuse(ReasonMalformed, fmt.Sprintf("the SenML version is %d, and only 10 is understood", *rec.BaseVersion))
		}
		if rec.BaseName != "" {
			base.BaseName = rec.BaseName
		}
		if rec.BaseTime != 0 {
			base.BaseTime = rec.BaseTime
		}
		if rec.BaseUnit != "" {
			base.BaseUnit = rec.BaseUnit
		}
		if rec.BaseValue != 0 {
			base.BaseValue = rec.BaseValue
		}
		// A record of base fields only is legal and carries no reading.
		if rec.Name == "" && rec.Value == nil && rec.BoolValue == nil && rec.StringValue == nil && rec.DataValue == nil && rec.Sum == nil {
			continue
		}
		r, err := resolve(site, base, rec, now)
		if err != nil {
			refusal, _ := AsRefusal(err)
			refused = append(refused, RefusedReading{i, base.BaseName + rec.Name, refusal})
			continue
		}
		readings = append(readings, r)
	}
	return readings, refused, nil
}

// resolve makes a reading of one record and the base values before it.
func resolve(site SiteID, base, rec senmlRecord, now time.Time) (Reading, error) {
	name := base.BaseName + rec.Name
	point, quantity, _ := strings.Cut(name, "/")
	want, known := units[Quantity(quantity)]
	if !ValidID(point) || !known {
		return Reading{}, Refuse(ReasonMalformed, fmt.Sprintf("the SenML name %.100q is not {point}/{quantity} with a known quantity", name))
	}
	symbol := rec.Unit
	if symbol == "" {
		symbol = base.BaseUnit
	}
	if symbol != want.symbol {
		return Reading{}, Refuse(ReasonWrongUnit, fmt.Sprintf("%s is in unit %.20q, but %s is sent in %q", name, symbol, quantity, want.symbol))
	}
	var v float64
	switch {
	case rec.Value != nil:
		v = base.BaseValue + *rec.Value
	case rec.BoolValue != nil && want.symbol == "/":
		if *rec.BoolValue {
			v = 1
		}
	default:
		return Reading{}, Refuse(ReasonBadValue, fmt.Sprintf("%s has no numeric value", name))
	}
	if math.IsNaN(v) || v < want.min || v > want.max {
		return Reading{}, Refuse(ReasonBadValue, fmt.Sprintf("%s is %g %s, outside %g … %g", name, v, want.symbol, want.min, want.max))
	}
	seconds := base.BaseTime + rec.Time
	if math.IsNaN(seconds) || seconds < -1e9 || seconds > 1e11 {
		return Reading{}, Refuse(ReasonTimeRange, fmt.Sprintf("%s has the impossible time %g s", name, seconds))
	}
	at := now.Add(time.Duration(seconds * float64(time.Second)))
	if seconds >= senmlAbsolute {
		at = time.UnixMilli(int64(math.Round(seconds * 1000)))
	}
	if err := CheckReadingTime(name, at, now); err != nil {
		return Reading{}, err
	}
	return Reading{Site: site, Point: PointID(point), Quantity: Quantity(quantity), Time: at.UTC(), Value: v}, nil
}

// CheckReadingTime refuses a time outside -7 d … +2 min of now. The error is a
// *Refusal.
func CheckReadingTime(name string, at, now time.Time) error {
	switch d := at.Sub(now); {
	case d > ReadingMaxAhead:
		return Refuse(ReasonTimeRange, fmt.Sprintf("%s is %s ahead of the gateway's clock, more than %s: set the clock of the edge", name, d.Round(time.Second), ReadingMaxAhead))
	case d < -ReadingMaxAge:
		return Refuse(ReasonTimeRange, fmt.Sprintf("%s is %s old, more than %s", name, (-d).Round(time.Second), ReadingMaxAge))
	}
	return nil
}
