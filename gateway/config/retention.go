package config

import "time"

// Retention says for how many days which class of data is kept; 0 keeps it
// without end. docs/privacy.md gives the reason of each default. How long
// readings are kept is series.retention.
type Retention struct {
	// Messages are what was sent to whom, with numbers and addresses.
	Messages int `yaml:"messages"`
	// IncidentTexts are names and notes of resolved incidents and other texts of
	// the site logs; class and times of incidents stay for ever.
	IncidentTexts int `yaml:"incident_texts"`
	// HandOvers are the pages and notes of hand-overs, and who signed them. Their
	// digests stay, as the site logs have them.
	HandOvers int `yaml:"hand_overs"`
	// MeasuredValues are the values in events, such as the course of a fall.
	MeasuredValues int `yaml:"measured_values"`
	// RefusedMessages are those in quarantine.
	RefusedMessages int `yaml:"refused_messages"`
	// AuditNames are names in the log of the gateway: who signed in and looked.
	AuditNames int `yaml:"audit_names"`
	// ResidentsWhoLeft are the data of residents from the day on which they left.
	ResidentsWhoLeft int `yaml:"residents_who_left"`
}

// defaultRetention is the shortest that the purposes leave, see docs/privacy.md.
func defaultRetention() Retention {
	return Retention{
		Messages: 30, IncidentTexts: 3 * 365, HandOvers: 3 * 365, MeasuredValues: 365, RefusedMessages: 30, AuditNames: 365, ResidentsWhoLeft: 3 * 365,
	}
}

const (
	// minDays keeps what happened last night from being gone this morning.
	minDays = 7
	// minAudit is the least of network logs: six months (网络安全法).
	minAudit = 180
)

func (r Retention) check(bad func(path, format string, args ...any)) {
	for _, v := range []struct {
		path       string
		days, from int
	}{
		{"retention.messages", r.Messages, minDays}, {"retention.incident_texts", r.IncidentTexts, minDays},
		{"retention.hand_overs", r.HandOvers, minDays},
		{"retention.measured_values", r.MeasuredValues, minDays}, {"retention.refused_messages", r.RefusedMessages, minDays},
		{"retention.audit_names", r.AuditNames, minAudit}, {"retention.residents_who_left", r.ResidentsWhoLeft, minDays},
	} {
		if v.days != 0 && v.days < v.from {
			bad(v.path, "%d days are fewer than %d; 0 keeps it without end", v.days, v.from)
		}
	}
}

// Before returns the time before which data is old at a time; the zero time
// where it is kept without end.
func Before(now time.Time, days int) time.Time {
	if days <= 0 {
		return time.Time{}
	}
	return now.AddDate(0, 0, -days)
}
