package api

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"shouwang.care/shouwang/alerts"
)

// Problem is the body of every error: problem details of RFC 9457 with a code
// that is stable, so that pages can say it in their own language.
type Problem struct {
	Type   string     `json:"type" doc:"urn:shouwang:problem:{code}"`
	Title  string     `json:"title" doc:"the HTTP status in words"`
	Status int        `json:"status"`
	Detail string     `json:"detail" doc:"a sentence for people"`
	Code   string     `json:"code" doc:"stable name of the error"`
	Who    string     `json:"who,omitempty" doc:"who did already what was wanted"`
	By     string     `json:"by,omitempty" doc:"the user id of that person, since names are not unique"`
	At     *time.Time `json:"at,omitempty" doc:"when he did"`
	Errors []Mistake  `json:"errors,omitempty" doc:"each mistake of the request"`
}

// Mistake is one thing wrong with a request, and where. What was sent is not
// repeated, because it may be a password.
type Mistake struct {
	Location string `json:"location,omitempty" doc:"such as body.cause or query.from"`
	Message  string `json:"message"`
	Line     int    `json:"line,omitempty" doc:"of a document, from 1"`
	Column   int    `json:"column,omitempty" doc:"from 1"`
	Source   string `json:"source,omitempty" doc:"that line"`
}

// The codes of problems. Those of alerts.Code come besides.
const (
	CodeSignedOut      = "signed_out"      // no session, or one that has ended
	CodeBadCredentials = "bad_credentials" // login or password is wrong; for edges the secret
	CodeNeedsCode      = "needs_code"      // the password is right, and the code of the second step is missing
	CodeBadCode        = "bad_code"        // that code is wrong, or was used already
	CodeWeak           = "weak"            // a new password or PIN that anybody could guess
	CodeNeedsHand      = "needs_hand"      // a station has to say who acts: tile and PIN, or badge
	CodeBadPIN         = "bad_pin"         // that PIN, or badge, is wrong
	CodeNoPIN          = "no_pin"          // the person has not set a PIN
	CodeThrottled      = "throttled"       // too many failed attempts
	CodeNotAllowed     = "not_allowed"     // the role may not do this
	CodeMustChange     = "must_change"     // a one-time password has to be replaced first
	CodeCrossOrigin    = "cross_origin"    // a page of another origin sent it
	CodeNotFound       = "not_found"       // there is no such thing, or it is out of scope
	CodeInvalid        = "invalid"         // the request is not as the API describes it
	CodeMistakes       = "mistakes"        // a document has mistakes; Errors names their lines
	CodeStale          = "stale"           // somebody has saved another one meanwhile
	CodeBadTag         = "bad_tag"         // the tag of a room is not of this gateway
	CodeTooLarge       = "too_large"
	CodeUnavailable    = "unavailable" // not now; try again
	CodeInternal       = "internal"
)

// codeOf is the code of errors that have no better one than their status.
func codeOf(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return CodeSignedOut
	case http.StatusForbidden:
		return CodeNotAllowed
	case http.StatusNotFound:
		return CodeNotFound
	case http.StatusRequestEntityTooLarge:
		return CodeTooLarge
	case http.StatusTooManyRequests:
		return CodeThrottled
	case http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusRequestTimeout:
		return CodeUnavailable
	}
	if status >= 500 {
		return CodeInternal
	}
	return CodeInvalid
}

// NewProblem returns a problem with a code that pages have a text for.
func NewProblem(status int, code, detail string) *Problem {
	return &Problem{
		Type: "urn:shouwang:problem:" + code, Title: http.StatusText(status),
		Status: status, Code: code, Detail: detail,
	}
}

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes the answer application/problem+json.
func (p *Problem) ContentType(ct string) string {
	if ct == "application/json" {
		return "application/problem+json"
	}
	return ct
}

// The error type of huma and what it says of lists are variables of its
// package. They are set before any API is made, since the OpenAPI document
// comes of them.
func init() {
	huma.DefaultArrayNullable = false // our lists are empty, never null
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		p := NewProblem(status, codeOf(status), msg)
		for _, err := range errs {
			if err == nil {
				continue
			}
			m := Mistake{Message: err.Error()}
			if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
				m = Mistake{Location: d.Location, Message: d.Message}
			}
			p.Errors = append(p.Errors, m)
		}
		return p
	}
}

// ErrNotFound answers alike for what does not exist and what is out of scope.
func ErrNotFound(what string) error {
	return NewProblem(http.StatusNotFound, CodeNotFound, "there is no such "+what+" within your scope")
}

// errIllegal says why an action was refused.
func errIllegal(e *alerts.IllegalError) error {
	if e.Code == alerts.CodeNotFound {
		return ErrNotFound("incident")
	}
	p := NewProblem(http.StatusConflict, string(e.Code), e.Error())
	p.Who, p.By = e.Who, string(e.By)
	if !e.At.IsZero() {
		p.At = &e.At
	}
	return p
}

// retryAfter adds the header that tells when to try again.
func retryAfter(p *Problem, d time.Duration) error {
	seconds := max(1, int((d+time.Second-1)/time.Second))
	return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {strconv.Itoa(seconds)}})
}
