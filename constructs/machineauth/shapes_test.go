//go:build !race

package machineauth_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2/awscognito"
	"github.com/aws/jsii-runtime-go"

	"example.com/weather-events-api/internal/cdktest"
)

// shape is an app as people have them. build adds to one that is as it should be.
type shape struct {
	name  string
	build func(*ordersApp)
}

// Nothing is found in apps that are as they should be, whatever their shape.
func TestShapes(t *testing.T) {
	for kind, shapes := range map[string][]shape{"API": shapesOfAPIs(), "method": shapesOfMethods(), "app": shapesOfApps()} {
		for _, shape := range shapes {
			t.Run(kind+"/"+shape.name, func(t *testing.T) {
				a := newOrdersApp(t)
				shape.build(a)
				cdktest.Equal(t, "findings", cdktest.Findings(t, a.app), []cdktest.Finding(nil))
			})
		}
	}
}

// The rules of CDK's own find nothing in the shapes of APIs and apps, either. They
// are on or off for a process.
func TestShapesPassTheRulesOfCDK(t *testing.T) {
	if os.Getenv("CDK_VALIDATION") == "true" {
		a := newOrdersApp(t)
		awscognito.NewCfnUserPool(a.stack, jsii.String("Invalid"), &awscognito.CfnUserPoolProps{MfaConfiguration: jsii.String("SOMETIMES")})
		if findings := cdktest.Findings(t, a.app); len(findings) == 0 {
			t.Error("the rules are not on, they find nothing in an invalid template")
		}
		return
	}
	process := exec.Command(os.Args[0], "-test.run=^(TestShapes|TestShapesPassTheRulesOfCDK)$/^(API|app)$", "-test.v")
	process.Env = append(os.Environ(), "CDK_VALIDATION=true")
	output, err := process.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "--- PASS: TestShapesPassTheRulesOfCDK") || !strings.Contains(string(output), "--- PASS: TestShapes/API/") {
		t.Errorf("%v\n%s", err, output)
	}
}
