//! What a nameserver's response says of a name (RFC 1035, RFC 2308). Pure.

use std::net::IpAddr;

use hickory_resolver::proto::op::{Message, OpCode, Query, ResponseCode};
use hickory_resolver::proto::rr::{DNSClass, RData, RecordType};

use super::reply::{Failure, Reply};
use crate::fact::name::Answer;
use crate::untrusted::Untrusted;

/// CNAMEs followed at most; resolvers themselves stop at 8 to 16.
const LONGEST_CHAIN: usize = 32;

/// Addresses kept at most. More is no answer: one that was cut off might be the one that matters.
const MOST_ADDRESSES: usize = 256;

/// Reads a response to a question.
pub(super) fn read(asked: &Query, response: &Message) -> Result<Reply, Failure> {
    let head = &response.metadata;
    let may_be_negative = matches!(head.response_code, ResponseCode::NoError | ResponseCode::NXDomain);
    let ours = match response.queries.as_slice() {
        [query] => query == asked,
        // Some servers leave the question out when they will not or cannot read it.
        [] => !may_be_negative,
        _ => false,
    };
    if head.op_code != OpCode::Query || !ours {
        return Err(Failure::Malformed("it answers another question".to_owned()));
    }
    if head.truncation && may_be_negative {
        return Ok(Reply::Truncated);
    }
    Ok(Reply::Answer(match head.response_code {
        ResponseCode::NoError | ResponseCode::NXDomain => records(asked, response),
        ResponseCode::ServFail => Answer::ServFail,
        ResponseCode::Refused => Answer::Refused,
        other => Answer::OtherCode(other.into()),
    }))
}

/// Follows the CNAMEs to the addresses, whatever order the records come in (RFC 1034, 3.6.2).
/// Only addresses of the name at their end are an answer.
fn records(asked: &Query, message: &Message) -> Answer {
    let mut owner = asked.name();
    let mut aliases = Vec::new();
    let answers = || message.answers.iter().filter(|record| record.dns_class == DNSClass::IN);
    while let Some(target) = answers().find_map(|record| match &record.data {
        RData::CNAME(target) if record.name == *owner => Some(&target.0),
        _ => None,
    }) {
        if aliases.len() == LONGEST_CHAIN {
            return Answer::Failed(format!("its CNAMEs go in a circle, or on past {LONGEST_CHAIN}"));
        }
        aliases.push(Untrusted::from(target.to_ascii().as_str()));
        owner = target;
    }
    let mut addresses: Vec<IpAddr> = Vec::new();
    for record in answers() {
        let address = match &record.data {
            RData::A(address) => IpAddr::V4(address.0),
            RData::AAAA(address) => IpAddr::V6(address.0).to_canonical(),
            _ => continue,
        };
        if record.name != *owner || record.record_type() != asked.query_type() {
            return Answer::Failed("it answered with addresses that were not asked for".to_owned());
        }
        if !addresses.contains(&address) {
            addresses.push(address);
        }
        if addresses.len() > MOST_ADDRESSES {
            return Answer::Failed(format!("it answered with more than {MOST_ADDRESSES} addresses"));
        }
    }
    let no_such_name = message.metadata.response_code == ResponseCode::NXDomain;
    match (addresses.is_empty(), aliases.is_empty()) {
        (false, _) if no_such_name => Answer::Failed("it answered NXDOMAIN with addresses".to_owned()),
        (false, _) => Answer::Addresses { addresses, aliases },
        (true, false) => Answer::AliasToNothing { aliases },
        (true, true) if no_such_name => Answer::NxDomain,
        (true, true) if is_referral(message) => {
            Answer::Failed("it answered with a referral, so it does not resolve for others".to_owned())
        }
        (true, true) => Answer::NoData,
    }
}

/// NS records and no SOA without authority: the question is to be put to another server (RFC 2308, 2.2).
/// That is no statement that there are no records.
fn is_referral(message: &Message) -> bool {
    let has = |kind| message.authorities.iter().any(|record| record.record_type() == kind);
    !message.metadata.authoritative && has(RecordType::NS) && !has(RecordType::SOA)
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use hickory_resolver::net::NetError;
    use hickory_resolver::proto::op::{DnsResponse, Message, OpCode, Query, ResponseCode};
    use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME, NS, SOA};
    use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};

    use super::super::reply::{Failure, Reply, reply};
    use crate::fact::name::Answer;
    use crate::untrusted::Untrusted;

    fn name(text: &str) -> Name {
        Name::from_ascii(text).unwrap()
    }

    fn record(owner: &str, data: RData) -> Record {
        Record::from_rdata(name(owner), 5, data)
    }

    fn cname(owner: &str, target: &str) -> Record {
        record(owner, RData::CNAME(CNAME(name(target))))
    }

    fn a(owner: &str, address: [u8; 4]) -> Record {
        record(owner, RData::A(A(Ipv4Addr::from(address))))
    }

    fn asked(kind: RecordType) -> Query {
        Query::query(name("dev.cwiq.io."), kind)
    }

    fn read_bytes(asked: &Query, bytes: Vec<u8>) -> Result<Reply, Failure> {
        reply(asked, DnsResponse::from_buffer(bytes).map_err(NetError::from))
    }

    fn empty(asked: &Query) -> Message {
        let mut message = Message::query();
        message.add_query(asked.clone());
        message.into_response()
    }

    /// Reads the response that `change` makes of an empty NOERROR one to `A dev.cwiq.io.`.
    fn read(change: impl FnOnce(&mut Message)) -> Result<Reply, Failure> {
        let asked = asked(RecordType::A);
        let mut message = empty(&asked);
        change(&mut message);
        read_bytes(&asked, message.to_vec().unwrap())
    }

    fn answer(change: impl FnOnce(&mut Message)) -> Answer {
        match read(change) {
            Ok(Reply::Answer(answer)) => answer,
            other => panic!("{other:?}"),
        }
    }

    fn addresses(answer: &Answer) -> (Vec<String>, Vec<&str>) {
        let Answer::Addresses { addresses, aliases } = answer else { panic!("{answer:?}") };
        (addresses.iter().map(ToString::to_string).collect(), aliases.iter().map(Untrusted::as_str).collect())
    }

    #[test]
    fn follows_cnames_in_any_order_and_letter_case() {
        let got = answer(|message| {
            message.add_answer(a("c.ts.net.", [100, 64, 0, 1]));
            message.add_answer(cname("B.example.", "c.TS.net."));
            message.add_answer(cname("Dev.cwiq.io.", "b.example."));
        });
        assert_eq!(addresses(&got), (vec!["100.64.0.1".to_owned()], vec!["b.example.", "c.TS.net."]));
    }

    #[test]
    fn an_alias_to_nothing_is_kept() {
        for code in [ResponseCode::NoError, ResponseCode::NXDomain] {
            let got = answer(|message| {
                message.metadata.response_code = code;
                message.add_answer(cname("dev.cwiq.io.", "dev.tail1234.ts.net."));
            });
            assert_eq!(got, Answer::AliasToNothing { aliases: vec!["dev.tail1234.ts.net.".into()] });
        }
    }

    #[test]
    fn response_codes_stay_apart() {
        let of = |code| answer(|message| message.metadata.response_code = code);
        assert_eq!(of(ResponseCode::NXDomain), Answer::NxDomain);
        assert_eq!(of(ResponseCode::NoError), Answer::NoData);
        assert_eq!(of(ResponseCode::ServFail), Answer::ServFail);
        assert_eq!(of(ResponseCode::Refused), Answer::Refused);
        assert_eq!(of(ResponseCode::FormErr), Answer::OtherCode(1));
        assert_eq!(of(ResponseCode::NotImp), Answer::OtherCode(4));
        assert_eq!(of(ResponseCode::Unknown(12)), Answer::OtherCode(12));
    }

    #[test]
    fn a_referral_is_no_nodata() {
        let ns = || record("io.", RData::NS(NS(name("a.nic.io."))));
        let soa = || record("cwiq.io.", RData::SOA(SOA::new(name("ns."), name("root."), 1, 1, 1, 1, 1)));
        let referral = answer(|message| {
            message.add_authority(ns());
        });
        assert!(matches!(referral, Answer::Failed(_)), "{referral:?}");
        let with_glue = answer(|message| {
            message.add_authority(ns()).add_additional(a("dev.cwiq.io.", [10, 0, 0, 1]));
        });
        assert!(matches!(with_glue, Answer::Failed(_)), "{with_glue:?}");
        let nodata = answer(|message| {
            message.add_authority(ns()).add_authority(soa());
        });
        assert_eq!(nodata, Answer::NoData);
    }

    #[test]
    fn addresses_of_others_are_no_answer() {
        for stranger in
            [a("other.io.", [10, 0, 0, 1]), record("dev.cwiq.io.", RData::AAAA(AAAA(Ipv6Addr::LOCALHOST)))]
        {
            let got = answer(|message| {
                message.add_answer(stranger);
            });
            assert!(matches!(got, Answer::Failed(_)), "{got:?}");
        }
        let both = answer(|message| {
            message.metadata.response_code = ResponseCode::NXDomain;
            message.add_answer(a("dev.cwiq.io.", [10, 0, 0, 1]));
        });
        assert!(matches!(both, Answer::Failed(_)), "{both:?}");
    }

    #[test]
    fn a_circle_of_cnames_ends() {
        let got = answer(|message| {
            message.add_answer(cname("dev.cwiq.io.", "b.io."));
            message.add_answer(cname("b.io.", "dev.cwiq.io."));
        });
        assert!(matches!(got, Answer::Failed(_)), "{got:?}");
    }

    #[test]
    fn a_flood_of_addresses_is_no_answer() {
        let flood = |count: u16| {
            answer(|message| {
                for [high, low] in (0..count).map(u16::to_be_bytes) {
                    message.add_answer(a("dev.cwiq.io.", [10, 0, high, low]));
                }
            })
        };
        assert_eq!(flood(256).addresses().len(), 256);
        assert!(matches!(flood(257), Answer::Failed(_)));
    }

    #[test]
    fn mapped_addresses_are_unmapped() {
        let asked = asked(RecordType::AAAA);
        let mut message = empty(&asked);
        let mapped = Ipv4Addr::new(100, 64, 0, 1).to_ipv6_mapped();
        message.add_answer(record("dev.cwiq.io.", RData::AAAA(AAAA(mapped))));
        let Ok(Reply::Answer(got)) = read_bytes(&asked, message.to_vec().unwrap()) else { panic!() };
        assert_eq!(addresses(&got).0, ["100.64.0.1"]);
    }

    #[test]
    fn what_answers_another_question_is_no_answer() {
        let malformed = |got| matches!(got, Err(Failure::Malformed(_)));
        for with_answer in [false, true] {
            let asks_for = |name: Name, kind| {
                read(move |message| {
                    message.queries = vec![Query::query(name, kind)];
                    message.add_answers(with_answer.then(|| a("dev.cwiq.io.", [10, 0, 0, 1])));
                })
            };
            assert!(malformed(asks_for(name("x.io."), RecordType::A)));
            assert!(malformed(asks_for(name("dev.cwiq.io."), RecordType::AAAA)));
            assert!(!malformed(asks_for(name("dev.cwiq.io."), RecordType::A)));
        }
        assert!(malformed(read(|message| message.queries.clear())));
        let asked = asked(RecordType::A);
        let mut echo = Message::query();
        echo.add_query(asked.clone());
        assert!(malformed(read_bytes(&asked, echo.to_vec().unwrap())), "an echo is no response");
        let update = read(|message| {
            message.metadata.op_code = OpCode::Update;
            message.add_answer(a("dev.cwiq.io.", [10, 0, 0, 1]));
        });
        assert!(malformed(update));
        // Some servers leave the question out when they will not or cannot read it.
        let refusal = read(|message| {
            message.queries.clear();
            message.metadata.response_code = ResponseCode::Refused;
        });
        assert_eq!(refusal, Ok(Reply::Answer(Answer::Refused)));
    }

    #[test]
    fn truncation_is_told_from_an_answer() {
        let got = read(|message| {
            message.metadata.truncation = true;
            message.add_answer(a("dev.cwiq.io.", [10, 0, 0, 1]));
        });
        assert_eq!(got, Ok(Reply::Truncated));
    }

    #[test]
    fn no_bytes_at_all_make_it_panic() {
        let asked = asked(RecordType::A);
        let mut message = empty(&asked);
        message.add_answer(cname("dev.cwiq.io.", "dev.tail1234.ts.net."));
        let whole = message.to_vec().unwrap();
        for position in 2..whole.len() {
            for byte in [0, 1, 0x3f, 0xc0, 0xff] {
                let mut broken = whole.clone();
                broken[position] = byte;
                let _ = read_bytes(&asked, broken);
            }
            let _ = read_bytes(&asked, whole[..position].to_vec());
        }
    }
}
