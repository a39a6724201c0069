// SPDX-License-Identifier: Apache-2.0
// What an application of somebody else's does with the AWS SDK: every call that Beckon's emulator
// serves, with the SDK's own checks of signatures, checksums and shapes. Ends with 0 if all holds;
// the last line is JSON for the test that started it.
import assert from "node:assert/strict";

import {
  ApiGatewayManagementApiClient,
  DeleteConnectionCommand,
  GetConnectionCommand,
  PostToConnectionCommand,
} from "@aws-sdk/client-apigatewaymanagementapi";
import {
  BatchWriteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";

const ready = JSON.parse(process.env.BECKON_READY);
const config = { region: ready.region, endpoint: ready.endpoint };

async function putEvents() {
  const events = new EventBridgeClient(config);
  const answer = await events.send(new PutEventsCommand({
    Entries: [{
      Source: "sdk", DetailType: "message", EventBusName: ready.event_bus,
      Detail: JSON.stringify({ target: { user: "Bob" }, text: "from the SDK" }),
    }],
  }));
  assert.equal(answer.FailedEntryCount, 0);
  return answer.Entries[0].EventId;
}

async function tables() {
  const dynamo = new DynamoDBClient(config);
  const listed = await dynamo.send(new ListTablesCommand({}));
  assert.deepEqual(listed.TableNames, ready.tables);
  const described = await dynamo.send(new DescribeTableCommand({ TableName: "beckon-devices" }));
  assert.equal(described.Table.KeySchema[0].AttributeName, "deviceId");

  const item = { deviceId: { S: "watch" }, userId: { S: "Carol" }, raw: { B: Buffer.from("ü") } };
  await dynamo.send(new PutItemCommand({ TableName: "beckon-devices", Item: item }));
  const got = await dynamo.send(new GetItemCommand({
    TableName: "beckon-devices", Key: { deviceId: { S: "watch" } }, ConsistentRead: true,
  }));
  assert.equal(Buffer.from(got.Item.raw.B).toString(), "ü");
  await assert.rejects(dynamo.send(new UpdateItemCommand({
    TableName: "beckon-devices", Key: { deviceId: { S: "watch" } },
    UpdateExpression: "SET lastSeen = :t", ConditionExpression: "userId = :u",
    ExpressionAttributeValues: { ":t": { N: "1" }, ":u": { S: "Dave" } },
  })), { name: "ConditionalCheckFailedException" });
  await assert.rejects(dynamo.send(new TransactWriteItemsCommand({
    TransactItems: [{
      Put: {
        TableName: "beckon-devices", Item: item,
        ConditionExpression: "attribute_not_exists(deviceId)",
      },
    }],
  })), (error) => error.name === "TransactionCanceledException" &&
    error.CancellationReasons[0].Code === "ConditionalCheckFailed");
  await dynamo.send(new BatchWriteItemCommand({
    RequestItems: { "beckon-devices": [{ DeleteRequest: { Key: { deviceId: { S: "watch" } } } }] },
  }));
  const owned = await dynamo.send(new QueryCommand({
    TableName: "beckon-devices", IndexName: "userId-index", KeyConditionExpression: "userId = :u",
    ExpressionAttributeValues: { ":u": { S: "Carol" } },
  }));
  assert.equal(owned.Count, 0);
  const scanned = await dynamo.send(new ScanCommand({
    TableName: "beckon-connections", FilterExpression: "userId = :u",
    ExpressionAttributeValues: { ":u": { S: "Alice" } },
  }));
  return scanned.Items[0].connectionId.S;
}

async function connections(connectionId) {
  const api = new ApiGatewayManagementApiClient({
    region: ready.region, endpoint: ready.connections_endpoint,
  });
  await api.send(new PostToConnectionCommand({
    ConnectionId: connectionId, Data: new TextEncoder().encode("hello alice"),
  }));
  const got = await api.send(new GetConnectionCommand({ ConnectionId: connectionId }));
  assert.ok(got.ConnectedAt instanceof Date);
  await api.send(new DeleteConnectionCommand({ ConnectionId: connectionId }));
  await assert.rejects(api.send(new PostToConnectionCommand({
    ConnectionId: connectionId, Data: new Uint8Array([120]),
  })), { name: "GoneException" });
}

async function parameters() {
  const ssm = new SSMClient(config);
  const answer = await ssm.send(new GetParameterCommand({ Name: "/beckon/event-bus" }));
  assert.equal(answer.Parameter.Value, ready.event_bus);
  await assert.rejects(ssm.send(new GetParameterCommand({ Name: "/beckon/none" })),
    { name: "ParameterNotFound" });
}

async function functions() {
  const lambda = new LambdaClient(config);
  const answer = await lambda.send(new InvokeCommand({
    FunctionName: "beckon-deliver", Payload: JSON.stringify({ "detail-type": "x", detail: {} }),
  }));
  assert.equal(answer.StatusCode, 200);
  assert.equal(answer.FunctionError, "Unhandled");
  assert.match(new TextDecoder().decode(answer.Payload), /errorMessage/);
}

const eventId = await putEvents();
await connections(await tables());
await parameters();
await functions();
console.log(JSON.stringify({ eventId }));
