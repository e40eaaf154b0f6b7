#include "shared/policy/threat_table.h"

#include <array>

namespace gateway::policy {
namespace {

using enum ThreatClass;

// clang-format off: a rule is its id, class and places, its pattern, and why it is hostile
constexpr std::array
    kTable =
        {
            // SQL injection
            BuiltInThreat{
                "sqli-union-select", sql_injection, kInAll,
                R"~(\bunion[\s(]+(?:(?:all|distinct|distinctrow)[\s(]+)?select[\s(]*(?:(?:all|distinct|top\s+\d+)\s+)?(?:null\b|[\d'"@*~-]|[\w.$]+\(|[\w.`$]+\s*,|[\w.`$]+\s+from\s+[\w.`$]+\s*(?:--|#|;|\bwhere\b|\blimit\b|$)))~",
                "a second SELECT is joined to a query"},
            BuiltInThreat{
                "sqli-tautology", sql_injection, kInAll,
                R"~(['"`]\s*\)*\s*(?:\b(?:or|and|xor|like|having)\b|\|\||&&)[\s(]*(?:not\s+)?(?:\d+|'[^']*'?|"[^"]*"?|true|false|null)\s*\)*\s*(?:[=<>]|!=|\blike\b|\bbetween\b|\bin\b|\bis\b)+\s*\(*(?:\d|'|"|true|false|null))~",
                "a quote is closed and a condition that always holds follows"},
            BuiltInThreat{
                "sqli-quote-condition", sql_injection, kInAll,
                R"~(^[\w@.%-]*(?: [\w@.%-]+)?['"]\s*\)*\s*(?:\b(?:or|and|xor)\b|\|\||&&)[\s(]*[\w.]+(?:\s*(?:=|<>|!=|>|<)|\s+like\s*['"%]|\s+is\s+(?:not\s+)?null\b|\s+in\s*\())~",
                "a quote is closed and a condition follows"},
            BuiltInThreat{
                "sqli-number-condition", sql_injection, kInAll,
                R"~((?:\b(?:or|xor)\b|\|\|)[\s(]*(?:not\s+)?['"]?\d+['"]?\s*(?:=|<=>|\blike\b)\s*['"]?\d)~",
                "a condition of two numbers is added"},
            BuiltInThreat{"sqli-and-number", sql_injection, kInAll,
                          R"~((?:\band\b|&&)[\s(]*['"]?\d+['"]?(?:=|<=>|<>|!=|>|<)['"]?\d)~",
                          "a condition of two numbers is added"},
            BuiltInThreat{
                "sqli-or-true", sql_injection, kInAll,
                R"~((?:['")]|^\d+)\s*(?:\bor\b|\|\|)[\s(]*(?:true|not\s+false|\d+)\s*\)*\s*(?:--|#|;|\x00)|['"]\s*\)*\s*(?:\bor\b|\|\|)\s*(?:true|\d+)$)~",
                "a condition that always holds is added"},
            BuiltInThreat{
                "sqli-comment-tail", sql_injection, kInAll,
                R"~(^[^'"\n]*['"][)\t ]*;?[\t ]*(?:--|#)[-+\t ]*\w?$|^-?\d+[)]*[\t ]*(?:--[-+\t ]*|/\*)$)~",
                "the rest of a query is commented out"},
            BuiltInThreat{
                "sqli-comment-split", sql_injection, kInAll,
                R"~(\b(?:union|select|un|uni|unio|se|sel|sele|selec)/\*[^*]*\*/\(?\w|\b(?:or|and)/\*[^*]*\*/['"(]?\d)~",
                "SQL words are taken apart with comments"},
            BuiltInThreat{
                "sqli-mysql-comment", sql_injection, kInAll,
                R"~(/\*!\d*\s*(?:union|select|and|or|from|where|insert|update|delete|drop|sleep|if|order)\b)~",
                "SQL hides in a comment that MySQL runs"},
            BuiltInThreat{
                "sqli-stacked", sql_injection, kInAll,
                R"~((?:^|['"\d)\w]);[\t ]*(?:(?:drop|alter|create|truncate)[\t ]+(?:table|database|schema|view|user|login|procedure|function|index|trigger)\b|insert[\t ]+into[\t ]+[\w.`"\[\]]+[\t ]*(?:\(|values\b|select\b)|update[\t ]+[\w.`"\[\]]+[\t ]+set[\t ]+[\w.`"\[\]]+[\t ]*=|delete[\t ]+from[\t ]+[\w.`"\[\]]+[\t ]*(?:;|--|#|\bwhere\b|$)|exec(?:ute)?\b[\t (]*(?:immediate\b|master|xp_|sp_|['"@])|shutdown\b[\t ]*(?:--|;|with\b|$)|declare[\t ]+@\w|waitfor[\t ]+(?:delay|time)\b|select[\t ]+(?:pg_sleep|sleep|benchmark|@@|\*|load_file|version)|copy[\t ]+\w+[\t ]+(?:from|to)[\t ]+(?:program|')|grant[\t ]+all\b))~",
                "a second statement follows the first"},
            BuiltInThreat{
                "sqli-delay", sql_injection, kInAll,
                R"~(\bpg_sleep\s*\(|\bbenchmark\s*\(\s*\d+\s*,|\bwaitfor\s+(?:delay|time)\s*\(?\s*['"]|\bdbms_(?:pipe\.receive_message|lock\.sleep|session\.sleep)|(?:\b(?:and|or|xor|select|union|having|when|then|where|div|rlike)\b|\|\||&&|['"]|^[-\d]+)[\s(]*[-+|&*^,!=]*[\s(]*sleep\s*\(\s*\d|\bif\s*\([^()]*(?:\([^()]*\)[^()]*)*,\s*(?:benchmark|sleep)\s*\(|\brandomblob\(\d{5})~",
                "the database is made to wait"},
            BuiltInThreat{
                "sqli-subselect", sql_injection, kInAll,
                R"~(\(\s*select[\s(]+(?:\*\s*from|@@|(?:count|char|concat|concat_ws|group_concat|ascii|substr|substring|mid|length|cast|hex|version|user|database|sleep)\s*\(|case\s+when\b|\d+\s*\)|'|[\w.]+\s*\)\s*from\s*\(|[\w.]+\s+from\s*\(|[\w.]+\s+from\s+[\w.]+\s+(?:limit\s+\d|where\s+\w+\s*[=<>])|[\w.]+\s+from\s+[\w.]*(?:users?|accounts?|admins?|passwords?|information_schema[\w.]*|dual|sysobjects|sqlite_master|pg_\w+)\s*[);]))~",
                "a query is nested in a value"},
            BuiltInThreat{
                "sqli-blind", sql_injection, kInAll,
                R"~(\b(?:ascii|ord|hex|bin|unicode|length|len|char_length)\s*\(\s*(?:(?:substr|substring|mid|left|right)\s*\(|\()?\s*\(?\s*(?:select\b|(?:user|database|version|schema|current_user)\s*\(|@@)|\b(?:substr|substring|mid)\s*\(\s*(?:\(\s*select|@@|(?:user|database|version|schema|current_user|system_user)\s*\(\)|(?:password|passwd)\s*,)|\bexists\s*\(\s*select\s+(?:\d|\*|'|null))~",
                "an answer of the database is guessed letter by letter"},
            BuiltInThreat{
                "sqli-case", sql_injection, kInAll,
                R"~(\bcase\s+when[\s(]+(?:['"]?\d+['"]?\s*=\s*['"]?\d|\(?\s*select\b|(?:ascii|substr|substring)\())~",
                "a condition is tried out on the database"},
            BuiltInThreat{
                "sqli-order-probe", sql_injection, kInAll,
                R"~((?:^-?\d+|['")])\s*\)*\s*(?:order|group)\s+by\s+\d+(?:\s*,\s*\d+)*\s*(?:--|#|/\*|;|$)|\bhaving\s+['"]?\d+['"]?\s*[=<>]\s*['"]?\d)~",
                "the columns of a query are counted"},
            BuiltInThreat{"sqli-schema",
                          sql_injection, kInHead, R"~(\bfrom[\s(]+(?:information_schema\s*\.|mysql\.(?:user|db)\b|pg_catalog\.|pg_(?:shadow|user|tables|database)\b|sqlite_(?:master|schema)\b|sys(?:objects|columns|databases|users)\b|sys\.(?:tables|objects|databases|user)|all_tables\b|user_tables\b|v\$version|master\.\.))~",
                          "the tables of a database are listed"},
            BuiltInThreat{
                "sqli-error", sql_injection, kInAll,
                R"~(\b(?:extractvalue|updatexml|xmltype)\s*\(\s*(?:\d|null|rand|concat|'|0x|chr)|\bctxsys\.drithsx|\butl_inaddr\.get_host|\bdbms_utility\.sqlid|\bfloor\(rand\(|\bconvert\(int,|\bcast\(\(select|\b(?:gtid_subset|json_keys|polygon|multipoint)\(\s*\(?\s*\(?select)~",
                "an error is provoked that shows data"},
            BuiltInThreat{
                "sqli-system", sql_injection, kInAll,
                R"~(\bxp_(?:cmdshell|regread|regwrite|dirtree|fileexist|servicecontrol)\b|\bsp_(?:oacreate|oamethod|password|addextendedproc|makewebtask)\b|\butl_(?:http\.request|file\.fopen|smtp)|\binto\s+(?:out|dump)file\s*['"]|\bload_file\s*\(\s*(?:['"]?/|0x|char|concat|unhex|['"]\w:)|\bopenrowset\s*\(\s*'|\blo_(?:import|export)\s*\(\s*'|\bload\s+data\s+(?:local\s+)?infile\s*')~",
                "the database is made to touch files or run programs"},
            BuiltInThreat{
                "sqli-char-codes", sql_injection, kInAll,
                R"~(\b(?:char|chr|nchar)\s*\(\d+\)\s*(?:\+|\|\|)\s*n?cha?r\s*\(\d|\bchar\(\d+(?:\s*,\s*\d+)+\)|\bconcat\w*\(\s*(?:0x[0-9a-f]{2}|char\()|\bunhex\(\s*(?:'|hex\())~",
                "SQL text is spelt in numbers"},
            BuiltInThreat{
                "sqli-variable", sql_injection, kInHead,
                R"~(@@(?:version|datadir|hostname|basedir|servername|global|tmpdir)\b|['"]\s*(?:\|\||\+|-|,)\s*(?:version|user|database|current_user|schema)\(\))~",
                "a variable of the database is read"},
            BuiltInThreat{
                "sqli-quote-operator", sql_injection, kInTarget,
                R"~(^\w*'(?:[-+*/^&|%=]|<>|<=>|\|\||div|mod|like|rlike)(?:'\w*|0|1)(?:$|--|#))~",
                "a quote is closed and an operator follows"},
            BuiltInThreat{
                "sqli-clause", sql_injection, kInAll,
                R"~(\bprocedure\s+analyse\s*\(|['"\d)]\s*\blimit\s+\d+\s*,\s*\d+\s+(?:into|procedure)\b|['")]\s*\brlike\s*\(|['"\d)]\s*\bregexp\s*['(])~",
                "a clause of SQL is hung on to a value"},
            BuiltInThreat{
                "nosql-operator", sql_injection, kInQuery | kInBody,
                R"~(\[\$(?:ne|where|regex|nin|exists|gt)\]$|^\$(?:where|ne|function|accumulator)$)~",
                "an operator of a document database stands for a value"},
            BuiltInThreat{
                "nosql-script", sql_injection, kInAll,
                R"~(['"];?\s*return\s+(?:true|1|this)\b|\bthis\.(?:password|passwd|username)\b\s*(?:\.match|==|!=)|['"]\s*\|\|\s*(?:this|true|'?\d'?\s*==)|db\.\w+\.(?:find|drop|insert|remove)\(\s*[{)])~",
                "a script for a document database"},

            // Cross-site scripting
            BuiltInThreat{
                "xss-script-tag", xss, kInAll,
                R"~(<[\s/\x00]*script(?:[\s/>\x00"'=]|$)|<script\b|\\x3c/?script|\\u003c/?script)~",
                "a script element"},
            BuiltInThreat{
                "xss-event-handler", xss, kInAll,
                R"~(<[a-z!?/][^>]*[\s/"'\x0b\x00]on[a-z]{3,25}[\s\x0b\x00]*=|["'`][\s/\x0b]*on(?:error|load|click|dblclick|focus|focusin|blur|mouse\w{2,6}|toggle|begin|end|animation\w{3,9}|transition\w{3,6}|pointer\w{2,12}|wheel|scroll|key(?:down|up|press)|input|change|submit|start|finish|hashchange|message|pageshow|resize|unload|paste|copy|cut|drag\w{0,5}|drop|auxclick|contextmenu|canplay|play|select|search)\s*=)~",
                "a handler of events in an element"},
            BuiltInThreat{
                "xss-script-url", xss, kInAll,
                R"~((?:j[\s\x00-\x1f]*a[\s\x00-\x1f]*v[\s\x00-\x1f]*a|vb)[\s\x00-\x1f]*s[\s\x00-\x1f]*c[\s\x00-\x1f]*r[\s\x00-\x1f]*i[\s\x00-\x1f]*p[\s\x00-\x1f]*t[\s\x00-\x1f]*:(?:[^\s"'<>]*[(=`%\[]|//|[\s]*(?:alert|eval|document|window|confirm|prompt|fetch|msgbox)\b)|livescript:)~",
                "a URL that runs script"},
            BuiltInThreat{
                "xss-data-url", xss, kInAll,
                R"~(data:\s*(?:text/html|application/xhtml\+xml|text/javascript|application/javascript)\s*[;,])~",
                "a data URL that holds a page"},
            BuiltInThreat{
                "xss-active-element", xss, kInAll,
                R"~(<[\s/]*(?:iframe|frame)\b[^>]*(?:srcdoc\s*=|src\s*=\s*["']?\s*(?:javascript|data|vbscript|//|http:))|<\s*(?:object|embed|applet)\b[^>]*\b(?:data|src|code|codebase)\s*=|<\s*meta\b[^>]*http-equiv\s*=\s*["']?\s*(?:refresh|set-cookie)|<\s*base\b[^>]*href\s*=|<\s*link\b[^>]*(?:rel\s*=\s*["']?(?:import|stylesheet)[^>]*href|href[^>]*rel\s*=\s*["']?import)|<\s*(?:bgsound|isindex|layer|ilayer)\b|<\s*form\b[^>]*action\s*=\s*["']?\s*(?:javascript|data|//|https?:)|<\s*button\b[^>]*formaction\s*=|<\s*xml\b[^>]*\bid\s*=|<\?xml-stylesheet)~",
                "an element that loads or runs what others wrote"},
            BuiltInThreat{
                "xss-style", xss, kInAll,
                R"~(style\s*=[^>]*(?:expression\s*\(|-moz-binding|behavior\s*:\s*url|url\s*\(\s*["']?\s*javascript)|<\s*style\b[^>]*>[^<]*(?:@import|expression\s*\(|javascript:))~",
                "style that runs script"},
            BuiltInThreat{
                "xss-script-call", xss, kInAll,
                R"~(["'`][\s]*[-+;,*&|^)}\]/]*[\s]*(?:alert|confirm|prompt|eval)\s*[(`]|\b(?:alert|confirm|prompt|print)\s*(?:\(|`)\s*(?:\d+\s*[)`]|document\.|origin\b|['"`/]?xss)|\$\{\s*(?:alert|confirm|prompt|eval)\s*\()~",
                "a call of script breaks out of a text"},
            BuiltInThreat{
                "xss-script-code", xss, kInAll,
                R"~(\b(?:eval|settimeout|setinterval|function)\s*\(\s*(?:atob|string\.fromcharcode|unescape|location\.hash|name\))|fromcharcode\s*\(\s*(?:0x)?\d+\s*,|constructor\s*\.\s*constructor\s*\(|\[\s*["']constructor["']\s*\]|\b(?:top|self|window|this|parent)\s*\[\s*["'`/](?:al|ev|doc|ale|con|pro)|["'`]\s*\.\s*sub\.call)~",
                "script that hides what it runs"},
            BuiltInThreat{
                "xss-document", xss, kInHead,
                R"~([=+(,;{\[]\s*(?:window\.)?document\s*\.\s*(?:cookie|domain|location)|\bdocument\s*\.\s*write(?:ln)?\s*\(|\blocation\s*(?:\.href)?\s*=\s*["'`]?(?:javascript|//|https?:)|\bnew\s+image\(\)\.src|\binnerhtml\s*=)~",
                "script reaches for the page"},
            BuiltInThreat{
                "xss-entities", xss, kInAll,
                R"~((?:&#x?0*[0-9a-f]{2,6};?){5}|java(?:&#x?0*(?:9|a|d|10|13);?|&(?:tab|newline);)+s?|&(?:lpar|colon);?(?:alert|\d)|j&#x?0*(?:61|97);?v)~",
                "script is spelt in entities"},
            BuiltInThreat{"xss-utf7", xss, kInAll, R"~([+ ]adw-|[+ ]ad4-)~",
                          "markup is spelt in UTF-7"},

            // Path traversal and inclusion of files
            BuiltInThreat{"traversal-climb", path_traversal, kInHead,
                          R"~((?:\.\.;?[\\/]+){2}|[\\/]\.\.;[\\/]|\.\.\\)~",
                          "a path climbs out of its folder"},
            BuiltInThreat{"traversal-climb-body", path_traversal, kInBody,
                          R"~(^["']?(?:[\w./:-]*[\\/])?(?:\.\.[\\/]+){3}|(?:\.\.[\\/]+){6})~",
                          "a path climbs out of its folder"},
            BuiltInThreat{
                "traversal-nested", path_traversal, kInAll,
                R"~((?:\.{4}[\\/]{2}){2}|(?:\.{4}[\\/]){3}|(?:\.\.[\\/]\.[\\/]){2}|(?:\.\.\.[\\/]\.?[\\/]){2}|(?:\.\?[\\/]){2}|\.\.[\\/]{2,}\.\.)~",
                "dots that become a climb when a filter cuts some of them"},
            BuiltInThreat{
                "traversal-known-file", path_traversal, kInAll,
                R"~(\.\.[\\/]+(?:[\w./\\-]*[\\/])?(?:etc[\\/]|proc[\\/]+self|windows[\\/]|winnt[\\/]|boot\.ini|win\.ini|web-inf[\\/]|web\.config|\.env\b|\.git[\\/]|\.ssh[\\/]|\.aws[\\/]|wp-config|var[\\/]+(?:log|www|run)[\\/]|root[\\/]|config\.php|\.htpasswd|id_rsa))~",
                "a climb leads to a known file"},
            BuiltInThreat{
                "traversal-system-file", path_traversal, kInAll,
                R"~(^[\w+.:'"-]*[\\/]+(?:[\w.]+[\\/]+)*etc[\\/]+(?:passwd|shadow|gshadow|group|sudoers|master\.passwd|security[\\/]|mysql[\\/]my\.cnf|ssh[\\/]sshd?_)|^(?:file:)?[\\/]*[c-z][:|]?[\\/]+(?:boot\.ini|windows[\\/]+(?:win\.ini|system\.ini|repair[\\/]|system32[\\/]+(?:cmd|config|drivers[\\/]+etc|inetsrv))|winnt[\\/]|inetpub[\\/]))~",
                "a file of the system is named"},
            BuiltInThreat{
                "traversal-proc", path_traversal, kInAll,
                R"~(^[\w+.:-]*[\\/]*proc[\\/]+(?:self|thread-self|\d+)[\\/]+(?:environ|cmdline|fd|maps|root|cwd|exe|status|mem)\b|^[\w+.:-]*[\\/]+(?:dev[\\/]+(?:fd|mem)|var[\\/]+run[\\/]+secrets)[\\/])~",
                "the gateway's or service's own process is read"},
            BuiltInThreat{
                "traversal-hidden-file", path_traversal, kInPath,
                R"~([\\/]\.(?:git|svn|hg|bzr|env|aws|ssh|docker|kube|ht(?:access|passwd)|bash_history|bashrc|ds_store|npmrc|netrc|vscode|idea|pgpass|mysql_history)(?:$|[\\/.~]))~",
                "a hidden file is asked for"},
            BuiltInThreat{
                "traversal-wrapper", path_traversal, kInQuery | kInBody | kInHeader,
                R"~(^['"]?(?:php://(?:filter|input|memory|temp|fd|stdin|output)|expect://|phar://|zip://[^\s]*(?:#|%23)|compress\.\w+://|glob://|gopher://|dict://|netdoc:|jar:(?:http|file)|file:/+(?:etc|proc|var|root|home/[\w-]+/\.|c:|windows|dev|sys|usr)\b|file:/+localhost|ldaps?://[^\s/]+/[^\s]*(?:exploit|payload))|data:[^,]*base64,PD9)~",
                "a stream that reads files is put for a value"},
            BuiltInThreat{
                "traversal-web-inf", path_traversal, kInTarget,
                R"~([\\/](?:web|meta)-inf[\\/]+(?:web\.xml|classes|lib|manifest|context|config))~",
                "an inner folder of a Java application"},
            BuiltInThreat{"double-encoding", path_traversal, kInPath,
                          R"~(%(?:25)*(?:2e|2f|5c|00|22|27|3c|3e))~",
                          "an escape hides another one"},
            BuiltInThreat{"double-encoding-query", path_traversal, kInQuery,
                          R"~(%(?:25)*(?:2e|00)|%(?:25)+[2-7][0-9a-f])~",
                          "an escape hides another one that no encoder writes"},
            BuiltInThreat{"unicode-escape", path_traversal, kInTarget,
                          R"~(%u(?:00[2-7][0-9a-f]|2215|2216|ff0[0-9a-f]|ff1c|ff1e|002e))~",
                          "an escape that no standard knows"},

            // Command injection, templates, object graphs
            BuiltInThreat{
                "cmd-chain-target", command_injection, kInHead,
                R"~((?:^|[\w'")\s.])(?:;|\|{1,2}|&{1,2}|\n)\s*(?:/(?:usr/)?(?:local/)?s?bin/)?(?:cat|tac|head|tail|more|less|nl|od|ls|dir|type|id|ps|pwd|env|set|find|awk|sed|grep|rm|cp|mv|chmod|chown|echo|printf|touch|mkdir|kill|wget|curl|fetch|nc|ncat|netcat|telnet|ftp|tftp|ssh|scp|bash|sh|zsh|dash|ksh|python[23]?|perl|ruby|php|node|powershell|cmd|ping|nslookup|dig|host|sleep|timeout|net|reg|tasklist|certutil|bitsadmin|start|sudo|su|exec|eval|xterm|base64|xxd|gcc|whoami|uname)(?:\.exe)?(?:[\s$+<]+(?:-{1,2}[a-z0-9]|[/\\]|\.\./|["'$<>*~{(]|\d{1,3}\.\d|https?:|\d+\s*(?:$|[;|&#)`])|[a-z]:\\|[\w.-]+\s*(?:$|>|\|\s*\w))|\$\{?ifs))~",
                "a command with its argument follows a value"},
            BuiltInThreat{
                "cmd-chain-bare", command_injection, kInHead,
                R"~((?:^|[\w'")\s.])(?:;|\|{1,2}|&{1,2}|\n)\s*(?:/(?:usr/)?(?:local/)?s?bin/)?(?:whoami|uname|ifconfig|ipconfig|netstat|printenv|systeminfo|hostname|reboot|tasklist|getent|lsof|crontab)\b(?:\s*$|\s*[;|&#)`>]|\s+[-/])|^(?:(?:[\w/.-]*/)?[\d.]*|[\w.-]*['")]|[\w.-]*\n)\s*(?:;|\|{1,2}|&{1,2}|\n)\s*(?:/(?:usr/)?(?:local/)?s?bin/)?(?:id|ls|ps|pwd|env|dir|set|w|who|bash|sh|reboot|date|cat)\s*(?:$|[;|&#)`>]))~",
                "a command follows a value"},
            BuiltInThreat{"cmd-chain-body", command_injection, kInBody,
                          R"~(^[^\s;|&`$<>]*['")]?\s*(?:;|\|{1,2}|&{1,2})\s*(?:/(?:usr/)?(?:local/)?s?bin/)?(?:(?:whoami|uname|ifconfig|ipconfig|netstat|printenv|systeminfo|tasklist)\b\s*(?:$|[-;|&#)`>])|(?:cat|ls|id|head|tail|rm|wget|curl|nc|ncat|bash|sh|python[23]?|perl|php|powershell|cmd|ping|nslookup|chmod|echo|type|dir)(?:\.exe)?\s+(?:-{1,2}[a-z0-9]|[/\\]|\.\./|["'$<>*]|\d{1,3}\.\d|https?:|[a-z]:\\|[\w-]+(?:\.[\w-]+)+)|sleep\s+\d+\s*(?:$|[;|&#)])|nslookup\s+\S)|^(?:[\d.]+|['")]+|)\s*(?:;|\|{1,2}|&&)\s*(?:/(?:usr/)?(?:local/)?s?bin/)?(?:id|ls|ps|pwd|env|dir|bash|sh|reboot|whoami)\s*(?:$|[;&#)`>]))~",
                          "a command follows a value"},
            BuiltInThreat{
                "cmd-substitution", command_injection, kInHead,
                R"~(\$\(\s*(?:/(?:usr/)?(?:local/)?s?bin/)?(?:cat|ls|id|whoami|uname|wget|curl|nc|bash|sh|sleep|ping|nslookup|dig|rm|echo|printf|python[23]?|perl|env|touch|head|base64|hostname)\b(?:\s*\)|[\s<$])|`\s*(?:/(?:usr/)?(?:local/)?s?bin/)?(?:cat|ls|id|whoami|uname|wget|curl|nc|bash|sh|sleep|ping|nslookup|dig|rm|touch|head|base64|hostname)\b(?:\s+[-/.\w$"'][^`]*)?\s*`)~",
                "a command is put in place of a value"},
            BuiltInThreat{
                "cmd-substitution-body", command_injection, kInBody,
                R"~(^[^\s`$]*\$\(\s*(?:/(?:usr/)?(?:local/)?s?bin/)?(?:cat|ls|id|whoami|uname|wget|curl|nc|bash|sh|sleep|ping|nslookup|rm|touch)\b[^)]*\)?$|^[\w.@:/-]+[;|&]?`\s*(?:/(?:usr/)?(?:local/)?s?bin/)?(?:cat|ls|id|whoami|uname|wget|curl|nc|bash|sh|sleep|ping|nslookup|rm|touch)\b[^`]*`?$)~",
                "a command is put in place of a value"},
            BuiltInThreat{"cmd-ifs", command_injection, kInAll,
                          R"~(\w\$\{?ifs(?:\}|\$\d|%|[^\w=])|\$ifs\$\d)~",
                          "a shell variable stands for a space"},
            BuiltInThreat{
                "cmd-braces", command_injection, kInHead,
                R"~(\{(?:cat|ls|wget|curl|nc|bash|sh|ping|rm|echo|nslookup|/bin/\w+),[^}\s]+\})~",
                "a command is spelt in braces"},
            BuiltInThreat{
                "cmd-obfuscated", command_injection, kInHead,
                R"~((?:;|\||&|`|\$\()\s*(?:/[\w?*]+/)?(?:c(?:''|""|\\|\$@)a?(?:''|""|\\|\$@)?t|w(?:''|""|\\|\$@)h?o|(?:wh|whoa)(?:''|""|\\|\$@)|l(?:''|""|\\|\$@)s\b|/\w{0,3}\?\?\w*/|/bin/c[?*])|/\?{2,3}/[\w?]*\?)~",
                "a command is spelt so that filters miss it"},
            BuiltInThreat{
                "cmd-shell", command_injection, kInHead,
                R"~((?:^|[\s;|&'"=`(])/(?:usr/)?(?:local/)?bin/(?:ba|z|da|k|c|tc)?sh\b|\b(?:ba|z|da|k)?sh\s+-[ic]\b|\bcmd(?:\.exe)?\s*/[ck]\b|[\\/]cmd\.exe\b)~",
                "a shell is called"},
            BuiltInThreat{
                "cmd-reverse-shell", command_injection, kInAll,
                R"~(/dev/(?:tcp|udp)/[\w.$-]+/\d|\bnc(?:at)?(?:\.\w+)?\s+(?:-\w+\s+)*(?:[\w.-]+\s+\d+\s+)?-\w*[ec]\w*\s*['"]?(?:/|cmd|sh\b|bash)|\bmkfifo\s+/tmp|\bsocket\.socket\(.*\bdup2\(|\bfsockopen\(.*(?:exec|proc_open)\b)~",
                "a shell is sent to another host"},
            BuiltInThreat{
                "cmd-download", command_injection, kInHead,
                R"~(\b(?:wget|curl|fetch|lwp-download)\s+[^|;&\n]*[|;&]+\s*(?:sudo\s+)?(?:(?:ba|z|da)?sh|chmod|python[23]?|perl|php|/tmp/|\./)|\bcertutil\b.*-urlcache|\bbitsadmin\b.*/transfer|\bcd\s+/tmp\s*[;&|])~",
                "a program is loaded and run"},
            BuiltInThreat{
                "cmd-powershell", command_injection, kInAll,
                R"~(\bpowershell(?:\.exe)?\s+(?:[-/]\w+\s+(?:\w+\s+)?)*[-/](?:e|en|enc|encodedcommand|ec|nop|noprofile|w\s+hidden)\b|\biex\s*\(+\s*(?:new-object|iwr|invoke-webrequest)|\bnew-object\s+(?:system\.)?net\.(?:webclient|sockets)\b.*(?:download|tcpclient))~",
                "a hidden PowerShell is run"},
            BuiltInThreat{"cmd-shellshock", command_injection, kInQuery | kInFields,
                          R"~(^\(\)\s*\{)~", "a function for old versions of bash"},
            BuiltInThreat{
                "cmd-jndi", command_injection, kInAll,
                R"~(\$\{\s*jndi\s*:|\$\{[^}]*\$\{[^}]*\}[^}]*(?:ndi|:ldap|:rmi|://)|\$\{(?:lower|upper):[^}]{1,4}\}|\$\{(?:::|\w*:\w*:)-\w{1,4}\}|\$\{\w+:[^}]{0,20}:-[jndi:]{1,4}\})~",
                "a lookup that old loggers follow"},
            BuiltInThreat{
                "cmd-template", command_injection, kInAll,
                R"~((?:\{\{|\$\{|#\{|\*\{|<%=|@\(|\{%)\s*['"]?\d+['"]?\s*[*+-]\s*['"]?\d+['"]?\s*(?:\}|%>|\))|\{\{[^}]*(?:__\w+__|\bconfig\b\s*(?:\.|\}|\[)|\bself\.|\brequest\.(?:application|args|__)|\blipsum\b|\bcycler\b|\bjoiner\b|\bnamespace\.|constructor\b)|__class__\.__(?:mro|base|bases|subclasses|init)__|__(?:subclasses__\(|globals__[.\[]|builtins__[.\[])|\{%\s*(?:import\s+os|for\s+\w+\s+in\s+\(\)|debug)|<#assign\b|freemarker\.template|#set\s*\(\s*\$\w+\s*=\s*["'].*\bclass|\{php\}|\{\{\s*_self\.env)~",
                "an expression for a template engine"},
            BuiltInThreat{
                "cmd-php", command_injection, kInHead,
                R"~(<\?(?:php\b|=)|\b(?:system|passthru|shell_exec|popen|proc_open|pcntl_exec|exec|assert|eval|phpinfo|base64_decode)\s*\(\s*(?:\$_|['"`][\w\s/.-]+['"`]\s*\)|base64_decode|chr\(|gzinflate|\)\s*;)|allow_url_include|auto_prepend_file|\$_(?:get|post|request|cookie|server)\[)~",
                "PHP is put for a value"},
            BuiltInThreat{"cmd-java", command_injection, kInAll,
                          R"~(\bgetruntime\(\)\s*\.\s*exec|\bt\(\s*java\.|\bnew\s+java\.lang\.processbuilder|\bjava\.lang\.runtime['"]?\)?\.getruntime|@java\.lang\.|%\{\s*[(#'"]|\$\{\s*[#(][\w('"]+[=.]|#_memberaccess|\bclass\.module\.classloader\b|\bclass\.classloader\b|\b(?:xwork|redirect:\$\{|redirectaction:))~",
                          "an expression that calls Java"},
            BuiltInThreat{
                "cmd-script", command_injection, kInAll,
                R"~(require\s*\(?\s*['"]child_process['"]\s*\)?\s*\.\s*(?:exec|spawn)|process\.mainmodule|global\.process\.|\b__import__\s*\(\s*['"](?:os|subprocess|pty|socket)|\bos\.(?:system|popen)\s*\(\s*['"](?:id|cat|ls|whoami|curl|wget|nc|rm|sleep|ping)\b|\bkernel\.(?:exec|system)\b|\bcos\nsystem\n|_\$\$nd_func\$\$_|!!python/object|!ruby/object|\brO0AB[A-Z])~",
                "code or a serialized object that runs programs"},
            BuiltInThreat{
                "cmd-include", command_injection, kInAll,
                R"~(<!--\s*#\s*(?:exec|include|echo|printenv|config)\b|<esi:(?:include|inline|debug))~",
                "a directive for the web server"},
            BuiltInThreat{
                "xml-entity", command_injection, kInAll,
                R"~(<!entity\s+[^>]*\b(?:system|public)\b|<!doctype\s+\w+\s*\[|<xi:include|<!entity\s+%)~",
                "an XML entity reads files"},
            BuiltInThreat{
                "ldap-filter", command_injection, kInQuery | kInBody,
                R"~(^[\w@.-]*\*?\)\s*\(\s*[|&!]?\s*\(?\s*\w+\s*[=~<>]|^\*\)\(|\)\(\|\(|\)\(&\(|\(\|\(\w+=\*)~",
                "a filter of a directory is closed early"},

            // Clients that only attack
            BuiltInThreat{
                "ua-scanner", user_agent, kInUserAgent,
                R"~(\b(?:sqlmap|sqlninja|nikto|nessus|openvas|acunetix|netsparker|invicti|w3af|dirbuster|gobuster|dirsearch|wfuzz|ffuf|fuzz faster|feroxbuster|nuclei|masscan|zgrab|zmeu|nmap|jaeles|arachni|skipfish|havij|commix|whatweb|wpscan|joomscan|droopescan|jorgee|morfeus|zaproxy|owasp|burp(?:suite| suite|collaborator)|fimap|xsser|xsstrike|dalfox|webshag|webinspect|appscan|l9explore|l9tcpid|vega/|grendel-scan|pangolin|sqlsus|bsqlbf|brutus|thc-hydra|medusa/|patator|httprint|cgichk|whisker|n-stealth|nsauditor|xenu-scan|hello,? world|muieblackcat|blackwidow|jbrofuzz|pavuk|absinthe|mozi\.|mirai|hakai|gafgyt)|^(?:mozlila|mozila)/|\(\)\s*\{)~",
                "a client that is made to find holes"},

            // Oversize and unusual
            BuiltInThreat{"nul-byte", unusual, kInAll, R"~(\x00)~", "a NUL octet in a text"},
            BuiltInThreat{"control-byte", unusual, kInTarget, R"~([\x01-\x08\x0e-\x1f\x7f])~",
                          "a control character in a path or query"},
            BuiltInThreat{
                "overlong-utf8", unusual, kInAll,
                R"~((?-i:\xc0[\x80-\xbf]|\xc1[\x80-\xbf]|\xe0[\x80-\x9f][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf]{2}))~",
                "an octet is spelt in more octets than UTF-8 allows"},
            BuiltInThreat{
                "header-injection", unusual, kInTarget,
                R"~([\r\n]\s*(?:set-cookie|location|content-type|content-length|transfer-encoding|host|http/1\.[01]|x-[\w-]+|refresh|access-control-[\w-]+)\s*:?\s*\S|[\r\n]\s*<|\r\n\r\n|[ ]http/1\.[01]\r\n)~",
                "a line end followed by a header field"},
            BuiltInThreat{
                "prototype-pollution", unusual, kInQuery | kInBody,
                R"~(__proto__|^constructor(?:\.|\[)prototype|\[constructor\]\[prototype\])~",
                "the prototype of all objects is named"},
            BuiltInThreat{
                "metadata-address", unusual, kInQuery | kInBody,
                R"~(^['"]?\w+://(?:[^/\s@]*@)?(?:169\.254\.169\.254|metadata\.google\.internal|100\.100\.100\.200|\[fd00:ec2::254\]|0x?a9fea9fe|2852039166|0251\.0376))~",
                "the address at which clouds keep credentials"},
            BuiltInThreat{
                "probe-path", unusual, kInPath,
                R"~((?:[\\/]phpunit[\\/].*eval-stdin\.php|[\\/]wp-config\.php|[\\/]boaform[\\/]|[\\/]hnap1\b|[\\/]_ignition[\\/]execute|[\\/]actuator[\\/]+(?:heapdump|gateway|jolokia)|[\\/]cgi-bin[\\/].*(?:\.\.|[\\/](?:ba)?sh$|;)|[\\/](?:phpmyadmin|pma|myadmin)[\\/]|[\\/]adminer[\w.-]*\.php|[\\/]web\.config$|[\\/](?:shell|cmd|c99|r57|wso)\.(?:php|jsp|aspx?)$|[\\/](?:id_rsa|id_dsa|credentials\.json|dump\.sql|backup\.sql|database\.sql)$|\.(?:php|aspx?|jsp|py|conf|config|env)\.?(?:bak|old|orig|save|swp|~)$|[\\/]server-status$|[\\/]xmlrpc\.php$|[\\/]wp-login\.php$|[\\/]geoserver[\\/]web|[\\/]invoker[\\/]jmx|[\\/]solr[\\/]admin|::\$data|[\\/]trace\.axd|[\\/]elmah\.axd))~",
                "a path that scanners try"},
            BuiltInThreat{"unusual-method", unusual, kInMethod, "",
                          "a method that services have no use for", ThreatShape::method},
            BuiltInThreat{"long-path", unusual, kInPath, "", "a path of unusual length",
                          ThreatShape::path_size},
            BuiltInThreat{"long-name", unusual, kInQuery | kInBody, "",
                          "a parameter's name of unusual length", ThreatShape::name_size},
            BuiltInThreat{"long-value", unusual, kInQuery | kInFields, "",
                          "a value of unusual length", ThreatShape::value_size},
            BuiltInThreat{"many-parameters", unusual, kInQuery | kInBody, "",
                          "an unusual number of parameters", ThreatShape::parameters},
            BuiltInThreat{"deep-json", unusual, kInBody, "", "JSON of unusual depth",
                          ThreatShape::json_depth},
};
// clang-format on

}  // namespace

std::span<const BuiltInThreat> built_in_threats() {
  return kTable;
}

std::string_view name_of(ThreatClass kind) {
  switch (kind) {
    case sql_injection:
      return "sql_injection";
    case xss:
      return "xss";
    case path_traversal:
      return "path_traversal";
    case command_injection:
      return "command_injection";
    case user_agent:
      return "user_agent";
    case unusual:
      return "unusual";
    case own:
      return "own";
  }
  return "";
}

std::string_view name_of_place(ThreatPlaces place) {
  switch (place) {
    case kInMethod:
      return "method";
    case kInPath:
      return "path";
    case kInQuery:
      return "query";
    case kInHeader:
      return "header";
    case kInUserAgent:
      return "header";
    case kInBody:
      return "body";
    default:
      return "";
  }
}

}  // namespace gateway::policy
