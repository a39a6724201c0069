// SPDX-License-Identifier: Apache-2.0
#include "emulator/events/sqs_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "emulator/events/md5.h"
#include "emulator/events/sqs.h"
#include "tests/unit/emulator/events/fakes.h"

namespace beckon::emulator {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class SqsQueryTest : public ::testing::Test {
 protected:
  HttpResponse call(const std::string& form, std::string_view path = "/") {
    HttpResponse got;
    got.status = 0;
    query_.handle_query(path, parse_query_form(form + "&Version=2012-11-05"),
                        [&](HttpResponse response) { got = std::move(response); });
    return got;
  }
  HttpResponse on_queue(const std::string& action, const std::string& more = "") {
    return call("Action=" + action + "&QueueUrl=http%3A%2F%2Fh%3A1%2F000000000000%2Fdead" + more);
  }

  std::vector<QueueModel> models_ = {{"Dead", "dead", 30s, std::chrono::hours(1)}};
  testing::FakeScheduler scheduler_;
  testing::MemoryStore store_;
  Queues queues_{models_, store_, scheduler_, testing::counted_ids(), base::null_log()};
  SqsService sqs_{queues_, scheduler_, SqsOptions{"us-east-1", "000000000000", "http://h:1"}};
  SqsQuery query_{sqs_};
};

TEST_F(SqsQueryTest, QueuesAreFound) {
  const HttpResponse url = call("Action=GetQueueUrl&QueueName=dead");
  EXPECT_EQ(url.status, 200);
  EXPECT_EQ(url.headers[0].second, "text/xml");
  EXPECT_THAT(
      url.body,
      MatchesRegex(
          R"re(<\?xml version="1.0"\?><GetQueueUrlResponse xmlns="http://queue.amazonaws.com/doc/2012-11-05/"><GetQueueUrlResult><QueueUrl>http://h:1/000000000000/dead</QueueUrl></GetQueueUrlResult><ResponseMetadata><RequestId>[0-9a-f-]{36}</RequestId></ResponseMetadata></GetQueueUrlResponse>)re"));
  EXPECT_THAT(call("Action=ListQueues").body,
              HasSubstr("<QueueUrl>http://h:1/000000000000/dead</QueueUrl>"));
  EXPECT_THAT(
      on_queue("GetQueueAttributes", "&AttributeName.1=QueueArn&AttributeName.2=DelaySeconds").body,
      HasSubstr("<GetQueueAttributesResult><Attribute><Name>QueueArn</Name><Value>"
                "arn:aws:sqs:us-east-1:000000000000:dead</Value></Attribute><Attribute><Name>"
                "DelaySeconds</Name><Value>0</Value></Attribute></GetQueueAttributesResult>"));
}

// What the clients check by MD5 must come through XML byte by byte.
TEST_F(SqsQueryTest, AMessageIsSentReceivedAndDeleted) {
  const std::string body = "{\"a\": \"<b> & 'c'\"}\r\n+ %";
  const HttpResponse sent =
      on_queue("SendMessage",
               "&MessageBody=%7B%22a%22%3A+%22%3Cb%3E+%26+%27c%27%22%7D%0D%0A%2B+%25"
               "&MessageAttribute.1.Name=why&MessageAttribute.1.Value.DataType=String"
               "&MessageAttribute.1.Value.StringValue=too+old");
  EXPECT_THAT(sent.body, AllOf(HasSubstr("<SendMessageResult><MessageId>id-1</MessageId>"),
                               HasSubstr("<MD5OfMessageBody>" + md5_hex(body)),
                               HasSubstr("<MD5OfMessageAttributes>")));
  const HttpResponse received = on_queue(
      "ReceiveMessage", "&MaxNumberOfMessages=10&AttributeName.1=All&MessageAttributeName.1=All");
  EXPECT_THAT(
      received.body,
      AllOf(HasSubstr("<ReceiveMessageResult><Message><MessageId>id-1</MessageId>"),
            HasSubstr("<Body>{\"a\": \"&lt;b&gt; &amp; 'c'\"}&#13;\n+ %</Body>"),
            HasSubstr("<Attribute><Name>SenderId</Name><Value>000000000000</Value></Attribute>"),
            HasSubstr("<MessageAttribute><Name>why</Name><Value><StringValue>too old</StringValue>"
                      "<DataType>String</DataType></Value></MessageAttribute></Message>")));
  const std::size_t begin = received.body.find("<ReceiptHandle>") + 15;
  const std::string handle =
      received.body.substr(begin, received.body.find("</ReceiptHandle>") - begin);
  EXPECT_EQ(on_queue("DeleteMessage", "&ReceiptHandle=" + handle).status, 200);
  EXPECT_EQ(queues_.counts("dead").in_flight, 0U);
}

TEST_F(SqsQueryTest, TheQueuesPathIsAsGoodAsItsUrl) {
  const HttpResponse sent = call("Action=SendMessage&MessageBody=x", "/000000000000/dead");
  EXPECT_EQ(sent.status, 200) << sent.body;
  EXPECT_EQ(call("Action=PurgeQueue", "/000000000000/dead").status, 200);
  EXPECT_EQ(queues_.counts("dead").visible, 0U);
}

TEST_F(SqsQueryTest, ErrorsHaveTheProtocolsCodesAndAreXml) {
  const HttpResponse gone = call("Action=GetQueueUrl&QueueName=alive");
  EXPECT_EQ(gone.status, 400);
  EXPECT_THAT(gone.body, HasSubstr("<Code>AWS.SimpleQueueService.NonExistentQueue</Code>"));
  EXPECT_THAT(on_queue("ReceiveMessage", "&MaxNumberOfMessages=11").body,
              AllOf(HasSubstr("<Code>InvalidParameterValue</Code>"), HasSubstr("Value 11")));
  EXPECT_THAT(on_queue("ReceiveMessage", "&MaxNumberOfMessages=many").body,
              HasSubstr("<Code>InvalidParameterValue</Code>"));
  EXPECT_THAT(
      call("Action=CreateQueue&QueueName=q").body,
      AllOf(HasSubstr("AWS.SimpleQueueService.UnsupportedOperation"), HasSubstr("CreateQueue")));
  EXPECT_THAT(call("QueueName=q").body, HasSubstr("<Code>MissingAction</Code>"));
  EXPECT_THAT(call("Action=a%00b").body, HasSubstr("<Error>"));
}

// A wait for messages ends with an answer in XML as well.
TEST_F(SqsQueryTest, AWaitIsAnsweredWhenAMessageComes) {
  HttpResponse got;
  got.status = 0;
  query_.handle_query("/000000000000/dead",
                      parse_query_form("Action=ReceiveMessage&WaitTimeSeconds=5"),
                      [&](HttpResponse response) { got = std::move(response); });
  EXPECT_EQ(got.status, 0);
  on_queue("SendMessage", "&MessageBody=late");
  EXPECT_THAT(got.body, HasSubstr("<Body>late</Body>"));
}

// An error that repeats what came is XML all the same.
TEST_F(SqsQueryTest, AnErrorIsXmlWhateverCame) {
  EXPECT_THAT(call("Action=%01%FF%EF%BF%BF%3C").body,
              HasSubstr("SQS's \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD&lt;</Message>"));
}

}  // namespace
}  // namespace beckon::emulator
