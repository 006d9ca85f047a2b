package local

import (
	"fmt"
	"strings"
)

// serviceTypes are types of other services that integrations and functions refer to.
// This package does not serve them: they exist at the endpoint of [WithAWSEndpoint] or
// nowhere. Their references resolve as on AWS, with the names that the template gives or
// names that CloudFormation would generate.
//
// Source: "Return values" of each type, AWS CloudFormation template reference.
var serviceTypes = []resourceType{
	{
		name:    "AWS::DynamoDB::Table",
		service: "dynamodb",
		read:    leaveOut,
		ref:     resource.tableName,
		attributes: map[string]func(resource) any{
			"Arn":       func(r resource) any { return r.tableARN() },
			"StreamArn": func(r resource) any { return r.tableARN() + "/stream/2015-08-27T00:48:05.899" },
		},
	},
	{
		name:    "AWS::DynamoDB::GlobalTable",
		service: "dynamodb",
		read:    leaveOut,
		ref:     resource.tableName,
		attributes: map[string]func(resource) any{
			"Arn":       func(r resource) any { return r.tableARN() },
			"StreamArn": func(r resource) any { return r.tableARN() + "/stream/2015-08-27T00:48:05.899" },
			"TableId":   func(r resource) any { return r.id() },
		},
	},
	{
		name:    "AWS::SQS::Queue",
		service: "sqs",
		read:    leaveOut,
		ref:     resource.queueURL,
		attributes: map[string]func(resource) any{
			"Arn":       func(r resource) any { return r.stack.ids.arn("sqs", r.queueName()) },
			"QueueName": func(r resource) any { return r.queueName() },
			"QueueUrl":  func(r resource) any { return r.queueURL() },
		},
	},
	{
		name:    "AWS::SNS::Topic",
		service: "sns",
		read:    leaveOut,
		ref:     resource.topicARN,
		attributes: map[string]func(resource) any{
			"TopicArn":  func(r resource) any { return r.topicARN() },
			"TopicName": func(r resource) any { return r.topicName() },
		},
	},
	{
		name:    "AWS::StepFunctions::StateMachine",
		service: "states",
		read:    leaveOut,
		ref:     resource.stateMachineARN,
		attributes: map[string]func(resource) any{
			"Arn":  func(r resource) any { return r.stateMachineARN() },
			"Name": func(r resource) any { return r.stateMachineName() },
		},
	},
	{
		name:    "AWS::Events::EventBus",
		service: "events",
		read:    leaveOut,
		ref:     resource.eventBusName,
		attributes: map[string]func(resource) any{
			"Arn":  func(r resource) any { return r.stack.ids.arn("events", "event-bus/"+r.eventBusName()) },
			"Name": func(r resource) any { return r.eventBusName() },
		},
	},
	{
		name:    "AWS::Kinesis::Stream",
		service: "kinesis",
		read:    leaveOut,
		ref:     resource.streamName,
		attributes: map[string]func(resource) any{
			"Arn": func(r resource) any { return r.stack.ids.arn("kinesis", "stream/"+r.streamName()) },
		},
	},
	{
		name:    "AWS::KinesisFirehose::DeliveryStream",
		service: "firehose",
		read:    leaveOut,
		ref:     resource.deliveryStreamName,
		attributes: map[string]func(resource) any{
			"Arn": func(r resource) any { return r.stack.ids.arn("firehose", "deliverystream/"+r.deliveryStreamName()) },
		},
	},
	{
		name:    "AWS::S3::Bucket",
		service: "s3",
		read:    leaveOut,
		ref:     resource.bucketName,
		attributes: map[string]func(resource) any{
			"Arn":                func(r resource) any { return "arn:aws:s3:::" + r.bucketName() },
			"DomainName":         func(r resource) any { return r.bucketName() + ".s3.amazonaws.com" },
			"RegionalDomainName": func(r resource) any { return r.bucketName() + ".s3." + r.region() + ".amazonaws.com" },
			"DualStackDomainName": func(r resource) any {
				return r.bucketName() + ".s3.dualstack." + r.region() + ".amazonaws.com"
			},
			"WebsiteURL": func(r resource) any {
				return fmt.Sprintf("http://%s.s3-website-%s.amazonaws.com", r.bucketName(), r.region())
			},
		},
	},
	{
		name:    "AWS::Logs::LogGroup",
		service: "logs",
		ref:     resource.logGroupName,
		attributes: map[string]func(resource) any{
			"Arn": func(r resource) any { return r.stack.ids.arn("logs", "log-group:"+r.logGroupName()+":*") },
		},
	},
	{
		name:    "AWS::KMS::Key",
		service: "kms",
		ref:     resource.id,
		attributes: map[string]func(resource) any{
			"Arn":   func(r resource) any { return r.stack.ids.arn("kms", "key/"+r.id()) },
			"KeyId": func(r resource) any { return r.id() },
		},
	},
}

func (r resource) region() string { return r.stack.ids.pseudo.Region }

func (r resource) tableName() string { return r.nameIn("TableName", 255) }

func (r resource) tableARN() string { return r.stack.ids.arn("dynamodb", "table/"+r.tableName()) }

func (r resource) queueName() string { return r.fifoNameIn("QueueName", "FifoQueue", 80) }

// queueURL returns the URL of a queue, at the endpoint for sqs if there is one.
func (r resource) queueURL() string {
	at := r.of.options.endpoint("sqs")
	if at == "" {
		at = "https://sqs." + r.region() + ".amazonaws.com"
	}
	return fmt.Sprintf("%s/%s/%s", strings.TrimSuffix(at, "/"), r.stack.ids.pseudo.AccountID, r.queueName())
}

func (r resource) topicName() string { return r.fifoNameIn("TopicName", "FifoTopic", 256) }

func (r resource) topicARN() string { return r.stack.ids.arn("sns", r.topicName()) }

// stateMachineName returns the name of a state machine. CloudFormation generates it
// without the name of the stack.
func (r resource) stateMachineName() string {
	return r.properties().String("StateMachineName", fmt.Sprintf("%.67s-%s", r.LogicalID, r.stack.ids.short("state machine", r.LogicalID, 12)))
}

func (r resource) stateMachineARN() string {
	return r.stack.ids.arn("states", "stateMachine:"+r.stateMachineName())
}

func (r resource) eventBusName() string { return r.properties().String("Name", "") }

func (r resource) streamName() string { return r.nameIn("Name", 128) }

func (r resource) deliveryStreamName() string { return r.nameIn("DeliveryStreamName", 64) }

func (r resource) logGroupName() string { return r.nameIn("LogGroupName", 512) }

// bucketName returns the name of a bucket. A generated one is in lower case.
func (r resource) bucketName() string {
	if r.properties().Has("BucketName") {
		return r.nameIn("BucketName", 63)
	}
	return strings.ToLower(r.nameIn("BucketName", 63))
}

// fifoNameIn is nameIn for a queue or topic, whose generated name ends with .fifo if the
// property isFIFO is true.
func (r resource) fifoNameIn(property, isFIFO string, most int) string {
	const suffix = ".fifo"
	properties := r.properties()
	if properties.Has(property) || !properties.Bool(isFIFO, false) {
		return r.nameIn(property, most)
	}
	return r.nameIn(property, most-len(suffix)) + suffix
}
