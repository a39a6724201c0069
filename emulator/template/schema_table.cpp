// SPDX-License-Identifier: Apache-2.0
// The resource types and their properties, as in CloudFormation's resource specification.
#include <array>

#include "emulator/template/schema.h"

namespace beckon::emulator {
namespace {

using Members = std::vector<PropertySchema>;

PropertySchema text(std::string name) {
  return {std::move(name), PropertyKind::kText, false, false, {}};
}
PropertySchema integer(std::string name) {
  return {std::move(name), PropertyKind::kInteger, false, false, {}};
}
PropertySchema number(std::string name) {
  return {std::move(name), PropertyKind::kNumber, false, false, {}};
}
PropertySchema boolean(std::string name) {
  return {std::move(name), PropertyKind::kBoolean, false, false, {}};
}
PropertySchema texts(std::string name) {
  return {std::move(name), PropertyKind::kTexts, false, false, {}};
}
PropertySchema any(std::string name) {
  return {std::move(name), PropertyKind::kAny, false, false, {}};
}
PropertySchema object(std::string name, Members members = {}) {
  return {std::move(name), PropertyKind::kObject, false, false, std::move(members)};
}
PropertySchema objects(std::string name, Members members = {}) {
  return {std::move(name), PropertyKind::kObjects, false, false, std::move(members)};
}

ResourceSchema lambda_function() {
  return {"AWS::Lambda::Function",
          "FunctionName",
          {"Arn"},
          {text("FunctionName"),
           text("Description"),
           text("Runtime"),
           text("Handler"),
           any("Code").required(),
           text("Role").required(),
           texts("Architectures"),
           integer("Timeout"),
           integer("MemorySize"),
           text("PackageType"),
           integer("ReservedConcurrentExecutions"),
           object("Environment", {object("Variables")}),
           object("DeadLetterConfig", {text("TargetArn")}),
           object("LoggingConfig"),
           object("EphemeralStorage"),
           object("TracingConfig"),
           object("RuntimeManagementConfig"),
           object("SnapStart").without_effect(),
           object("VpcConfig").without_effect(),
           objects("FileSystemConfigs").without_effect(),
           texts("Layers").without_effect(),
           object("ImageConfig"),
           text("KmsKeyArn"),
           text("CodeSigningConfigArn"),
           text("RecursiveLoop"),
           any("Tags")}};
}

ResourceSchema lambda_permission() {
  return {"AWS::Lambda::Permission",
          "",
          {"Id"},
          {text("Action").required(), text("FunctionName").required(), text("Principal").required(),
           text("SourceArn"), text("SourceAccount"), text("EventSourceToken"),
           text("FunctionUrlAuthType"), text("PrincipalOrgID")}};
}

ResourceSchema lambda_invoke_config() {
  const Members destination = {text("Destination").required()};
  return {"AWS::Lambda::EventInvokeConfig",
          "",
          {},
          {text("FunctionName").required(), text("Qualifier").required(),
           integer("MaximumRetryAttempts"), integer("MaximumEventAgeInSeconds"),
           object("DestinationConfig",
                  {object("OnFailure", destination), object("OnSuccess", destination)})}};
}

ResourceSchema gateway_api() {
  return {
      "AWS::ApiGatewayV2::Api",
      "",
      {"ApiEndpoint", "ApiId"},
      {text("Name"), text("Description"), text("ProtocolType"), text("RouteSelectionExpression"),
       text("ApiKeySelectionExpression"), boolean("DisableExecuteApiEndpoint"),
       boolean("DisableSchemaValidation"), text("Version"), any("Tags"), text("BasePath"),
       any("Body"), object("BodyS3Location"), object("CorsConfiguration"), text("CredentialsArn"),
       boolean("FailOnWarnings"), text("RouteKey"), text("Target"), text("IpAddressType")}};
}

ResourceSchema gateway_stage() {
  const Members settings = {number("ThrottlingRateLimit"), integer("ThrottlingBurstLimit"),
                            boolean("DataTraceEnabled"), boolean("DetailedMetricsEnabled"),
                            text("LoggingLevel")};
  return {"AWS::ApiGatewayV2::Stage",
          "StageName",
          {},
          {text("ApiId").required(), text("StageName").required(), text("Description"),
           boolean("AutoDeploy"), text("DeploymentId"), object("StageVariables"),
           object("DefaultRouteSettings", settings), object("RouteSettings").without_effect(),
           object("AccessLogSettings"), text("AccessPolicyId"), text("ClientCertificateId"),
           any("Tags")}};
}

ResourceSchema gateway_route() {
  return {"AWS::ApiGatewayV2::Route",
          "",
          {"RouteId"},
          {text("ApiId").required(), text("RouteKey").required(), text("Target"),
           text("AuthorizationType"), text("AuthorizerId"), texts("AuthorizationScopes"),
           text("RouteResponseSelectionExpression"), boolean("ApiKeyRequired"),
           text("ModelSelectionExpression").without_effect(), text("OperationName"),
           any("RequestModels").without_effect(), any("RequestParameters").without_effect()}};
}

ResourceSchema gateway_integration() {
  return {"AWS::ApiGatewayV2::Integration",
          "",
          {"IntegrationId"},
          {text("ApiId").required(), text("IntegrationType").required(), text("IntegrationUri"),
           text("IntegrationMethod"), text("IntegrationSubtype"), integer("TimeoutInMillis"),
           text("Description"), text("CredentialsArn"), text("ConnectionType"),
           text("ConnectionId"), text("ContentHandlingStrategy").without_effect(),
           text("PassthroughBehavior"), text("PayloadFormatVersion"),
           any("RequestParameters").without_effect(), any("ResponseParameters"),
           any("RequestTemplates"), text("TemplateSelectionExpression"), object("TlsConfig")}};
}

ResourceSchema gateway_authorizer() {
  return {"AWS::ApiGatewayV2::Authorizer",
          "",
          {"AuthorizerId"},
          {text("ApiId").required(), text("Name").required(), text("AuthorizerType").required(),
           text("AuthorizerUri"), texts("IdentitySource"), text("AuthorizerCredentialsArn"),
           text("AuthorizerPayloadFormatVersion"), integer("AuthorizerResultTtlInSeconds"),
           boolean("EnableSimpleResponses"), text("IdentityValidationExpression"),
           object("JwtConfiguration")}};
}

ResourceSchema gateway_route_response() {
  return {"AWS::ApiGatewayV2::RouteResponse",
          "",
          {"RouteResponseId"},
          {text("ApiId").required(), text("RouteId").required(),
           text("RouteResponseKey").required(), text("ModelSelectionExpression").without_effect(),
           any("ResponseModels").without_effect(), any("ResponseParameters").without_effect()}};
}

ResourceSchema gateway_integration_response() {
  return {
      "AWS::ApiGatewayV2::IntegrationResponse",
      "",
      {"IntegrationResponseId"},
      {text("ApiId").required(), text("IntegrationId").required(),
       text("IntegrationResponseKey").required(), text("ContentHandlingStrategy"),
       any("ResponseParameters"), any("ResponseTemplates"), text("TemplateSelectionExpression")}};
}

ResourceSchema gateway_deployment() {
  return {"AWS::ApiGatewayV2::Deployment",
          "",
          {"DeploymentId"},
          {text("ApiId").required(), text("StageName"), text("Description")}};
}

ResourceSchema dynamodb_table() {
  const Members keys = {text("AttributeName").required(), text("KeyType").required()};
  const Members projection = {text("ProjectionType"), texts("NonKeyAttributes")};
  return {
      "AWS::DynamoDB::Table",
      "TableName",
      {"Arn"},
      {text("TableName"),
       objects("AttributeDefinitions",
               {text("AttributeName").required(), text("AttributeType").required()}),
       objects("KeySchema", keys).required(),
       text("BillingMode"),
       objects("GlobalSecondaryIndexes",
               {text("IndexName").required(), objects("KeySchema", keys).required(),
                object("Projection", projection).required(), object("ProvisionedThroughput"),
                object("OnDemandThroughput"), object("ContributorInsightsSpecification"),
                object("WarmThroughput")}),
       objects("LocalSecondaryIndexes",
               {text("IndexName").required(), objects("KeySchema", keys).required(),
                object("Projection", projection).required()}),
       object("TimeToLiveSpecification", {text("AttributeName"), boolean("Enabled").required()}),
       object("ProvisionedThroughput"),
       object("OnDemandThroughput"),
       object("WarmThroughput"),
       object("StreamSpecification").without_effect(),
       object("SSESpecification"),
       object("PointInTimeRecoverySpecification"),
       boolean("DeletionProtectionEnabled"),
       text("TableClass"),
       object("ContributorInsightsSpecification"),
       object("KinesisStreamSpecification").without_effect(),
       object("ImportSourceSpecification").without_effect(),
       object("ResourcePolicy"),
       any("Tags")}};
}

ResourceSchema events_bus() {
  return {"AWS::Events::EventBus",
          "Name",
          {"Arn", "Name"},
          {text("Name").required(), text("Description"), text("EventSourceName"), any("Policy"),
           text("KmsKeyIdentifier"), object("DeadLetterConfig"), object("LogConfig"), any("Tags")}};
}

ResourceSchema events_rule() {
  const Members target = {
      text("Id").required(),
      text("Arn").required(),
      object("DeadLetterConfig", {text("Arn")}),
      object("RetryPolicy", {integer("MaximumRetryAttempts"), integer("MaximumEventAgeInSeconds")}),
      text("RoleArn"),
      text("Input"),
      text("InputPath"),
      object("InputTransformer"),
      any("SqsParameters"),
      any("KinesisParameters"),
      any("EcsParameters"),
      any("BatchParameters"),
      any("HttpParameters"),
      any("RunCommandParameters"),
      any("RedshiftDataParameters"),
      any("SageMakerPipelineParameters"),
      any("AppSyncParameters")};
  return {"AWS::Events::Rule",
          "Name",
          {"Arn"},
          {text("Name"), text("Description"), text("EventBusName"), any("EventPattern"),
           text("ScheduleExpression"), text("State"), text("RoleArn"), objects("Targets", target),
           any("Tags")}};
}

ResourceSchema sqs_queue() {
  return {"AWS::SQS::Queue",
          "QueueName",
          {"Arn", "QueueName", "QueueUrl"},
          {text("QueueName"), integer("MessageRetentionPeriod"), integer("VisibilityTimeout"),
           integer("DelaySeconds").without_effect(), integer("MaximumMessageSize"),
           integer("ReceiveMessageWaitTimeSeconds"), boolean("FifoQueue"),
           boolean("ContentBasedDeduplication"), text("DeduplicationScope"),
           text("FifoThroughputLimit"), text("KmsMasterKeyId"),
           integer("KmsDataKeyReusePeriodSeconds"), boolean("SqsManagedSseEnabled"),
           any("RedrivePolicy").without_effect(), any("RedriveAllowPolicy"), any("Tags")}};
}

ResourceSchema ssm_parameter() {
  return {"AWS::SSM::Parameter",
          "Name",
          {"Type", "Value"},
          {text("Name"), text("Type").required(), any("Value").required(), text("Description"),
           text("AllowedPattern"), text("DataType"), text("Policies"), any("Tags"), text("Tier")}};
}

const std::vector<ResourceSchema>& table() {
  static const std::vector<ResourceSchema> kTable = {lambda_function(),
                                                     lambda_permission(),
                                                     lambda_invoke_config(),
                                                     gateway_api(),
                                                     gateway_stage(),
                                                     gateway_route(),
                                                     gateway_integration(),
                                                     gateway_authorizer(),
                                                     gateway_route_response(),
                                                     gateway_integration_response(),
                                                     gateway_deployment(),
                                                     dynamodb_table(),
                                                     events_bus(),
                                                     events_rule(),
                                                     sqs_queue(),
                                                     ssm_parameter()};
  return kTable;
}

}  // namespace

const ResourceSchema* find_schema(std::string_view type) {
  for (const ResourceSchema& schema : table()) {
    if (schema.type == type) return &schema;
  }
  return nullptr;
}

std::vector<std::string> modelled_types() {
  std::vector<std::string> types;
  for (const ResourceSchema& schema : table()) types.push_back(schema.type);
  return types;
}

}  // namespace beckon::emulator
