package validation

import "strings"

// Certificate adds a problem unless arn is that of a certificate of AWS
// Certificate Manager in region. What is not known yet passes: a nil or
// unresolved arn, and an unresolved region. why says what needs the Region.
func (c *Collector) Certificate(property string, arn *string, region, why string) {
	if arn == nil || IsToken(*arn) {
		return
	}
	// arn:aws:acm:region:account:certificate/id
	parts := strings.Split(*arn, ":")
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "acm" || !strings.HasPrefix(parts[5], "certificate/") {
		c.Addf(property, "must be a certificate of AWS Certificate Manager, as arn:aws:acm:%s:…:certificate/…, got %s", exampleRegion(region), Quote(*arn))
		return
	}
	if !IsToken(region) && !IsToken(parts[3]) && parts[3] != region {
		c.Addf(property, "must be in %s, %s, got one in %s", region, why, parts[3])
	}
}

func exampleRegion(region string) string {
	if IsToken(region) {
		return "eu-west-1"
	}
	return region
}
