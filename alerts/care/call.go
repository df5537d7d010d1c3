package care

// The emergency numbers of the country. Nothing here dials them: a page shows
// them, and a person taps. Where another country has others, this is the one
// place to change.
const (
	FireService      = "119" // 消防救援
	AmbulanceService = "120" // 医疗急救
)

// EmergencyNumbers returns the emergency numbers in the order in which they are
// called about an incident of the class: where it burns, or gas leaks, the fire
// service first; about people the ambulance.
func EmergencyNumbers(c Class) []string {
	if c == Fire || c == Gas {
		return []string{FireService, AmbulanceService}
	}
	return []string{AmbulanceService, FireService}
}

// IsEmergencyNumber reports whether a number is one of those.
func IsEmergencyNumber(number string) bool {
	return number == FireService || number == AmbulanceService
}

// CallOutcome says what became of a call that a person made about an incident.
type CallOutcome string

// The outcomes.
const (
	CallReached     CallOutcome = "reached"
	CallNoAnswer    CallOutcome = "no_answer"
	CallBusy        CallOutcome = "busy"
	CallWrongNumber CallOutcome = "wrong_number"
	// CallMade is the only one of an emergency number: it was called.
	CallMade CallOutcome = "called"
)

// CallOutcomes returns the outcomes that a call to somebody may have.
func CallOutcomes(to string) []CallOutcome {
	if IsEmergencyNumber(to) {
		return []CallOutcome{CallMade}
	}
	return []CallOutcome{CallReached, CallNoAnswer, CallBusy, CallWrongNumber}
}
