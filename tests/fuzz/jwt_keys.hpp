// Public keys, and the tokens of the seeds, signed by their private keys, which were thrown away.
#pragma once
#include <algorithm>
#include <array>
#include <string_view>

namespace deskline::fuzz {

inline constexpr std::string_view fuzzedKeys = R"({
 "keys": [
  {
   "kty": "RSA",
   "n": "sG6CzMuxir_2LFPRPq3hu2suoz2FZqZkjsUi3U61BcX2lOXKXki2oSldASqwBE0dJTNLv3CE5vY0MfA5TOvQQ8rzOpYilE9ehN6yVZ6kDPhBZcdowyOcPhVHi8HAhLEt0GOyvr32vEanRuN-lFygnDxYV3JjJafcil3eS64YLsbiWnWc0lpWt8H8EOWlagNffZXtU80kvs_PnvHIXWR_y0zQOwVrexgO4Uzy7wN9NqIpQ06Ewq9I8bN_vJoy1_tvn8OfOxJDr3c1nzWEF4KBCXiJdgS_bmQgAjVF1Wa_vOWM1hbnFzSL8tFBZ6ZIMFNhseuLcoQUa3JNLkFaIgqdHw",
   "e": "AQAB",
   "kid": "first",
   "alg": "RS256",
   "use": "sig"
  },
  {
   "kty": "EC",
   "x": "pWDNVNyxw6_xOh-D4jkGV1NrwlxSqxholgZu6no0y1k",
   "y": "mJ87xchqyXtDjc3R6o2-t9qeP-sy__whayP0og5n3Yw",
   "crv": "P-256",
   "kid": "second",
   "alg": "ES256",
   "use": "sig"
  },
  {
   "crv": "Ed25519",
   "x": "Z2fIiOYpCLnf1-vbhpvvYGg6GxF6lSjtKwT1D6r0GEI",
   "kty": "OKP",
   "kid": "third",
   "alg": "EdDSA",
   "use": "sig"
  }
 ]
})";

inline constexpr std::array<std::string_view, 3> signedParts = {
    "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6ImZpcnN0In0."
    "eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJkZXNrbGluZSIsInN1YiI6ImFkYSIsImV4cCI6NDAwMDAwMDAwMCwicm9sZSI6Im"
    "FnZW50In0",
    "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InNlY29uZCJ9."
    "eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJkZXNrbGluZSIsInN1YiI6ImFkYSIsImV4cCI6NDAwMDAwMDAwMCwicm9sZSI6Im"
    "FnZW50In0",
    "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCIsImtpZCI6InRoaXJkIn0."
    "eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUiLCJhdWQiOiJkZXNrbGluZSIsInN1YiI6ImFkYSIsImV4cCI6NDAwMDAwMDAwMCwicm9sZSI6Im"
    "FnZW50In0",
};

inline bool wasSigned(std::string_view part) { return std::ranges::find(signedParts, part) != signedParts.end(); }

}  // namespace deskline::fuzz
