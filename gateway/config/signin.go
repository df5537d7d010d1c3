package config

import "net/url"

// SignIn are ways to sign in besides the password.
type SignIn struct {
	OIDC OIDC `yaml:"oidc"`
}

// OIDC is the OpenID Connect provider of an authority. It is in use when it has
// an issuer.
type OIDC struct {
	// Issuer is the address under which the provider describes itself.
	Issuer           string `yaml:"issuer"`
	ClientID         string `yaml:"client_id"`
	ClientSecret     Secret `yaml:"client_secret"`
	ClientSecretFile string `yaml:"client_secret_file"`
	// NameZH and NameEN stand on the button of the sign-in page.
	NameZH string `yaml:"name_zh"`
	NameEN string `yaml:"name_en"`
	// LoginClaim is the claim of the identity token that holds the login by which
	// somebody is known here, such as preferred_username. It is used once, at the
	// first sign-in of a person; empty lets in only whom a site plan names by his
	// subject.
	LoginClaim string `yaml:"login_claim"`
}

// Set reports whether the provider is in use.
func (o OIDC) Set() bool { return o.Issuer != "" }

func (o OIDC) check(publicURL string, bad func(path, format string, args ...any)) {
	if !o.Set() {
		return
	}
	u, err := url.Parse(o.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		bad("sign_in.oidc.issuer", "%q is no address such as https://id.example.org", o.Issuer)
	case u.Scheme == "http" && !Loopback(withPort(u)):
		bad("sign_in.oidc.issuer", "%q is not https: anybody on the way could sign in as anybody", o.Issuer)
	}
	if o.ClientID == "" {
		bad("sign_in.oidc.client_id", "the provider gave an id to this gateway; it is needed")
	}
	if publicURL == "" {
		bad("sign_in.oidc.issuer", "web.public_url is needed, since the provider sends people back there")
	}
}

func withPort(u *url.URL) string {
	if u.Port() == "" {
		return u.Host + ":80"
	}
	return u.Host
}
