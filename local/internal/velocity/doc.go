// Package velocity runs the Velocity Template Language (VTL) as Amazon API
// Gateway mapping templates use it: Apache Velocity 1.7, with undefined values
// rendered as an empty string.
//
// A template is compiled once by [Parse], and rendered any number of times, even
// concurrently, by [Template.Render].
//
// # Language
//
// Text, comments, unparsed blocks (#[[ ]]#), references ($a, ${a}, $!a, with
// properties, indexes and method calls), #set, #if, #elseif, #else, #foreach,
// #break, #stop and #end. [Parse] refuses #define, #macro, #parse, #include,
// #evaluate, and calls of macros.
//
// # Surprising rules
//
// These are the rules of Velocity 1.7, except for null:
//
//   - A hyphen belongs to an identifier: $a-b is one variable. A minus before a
//     digit belongs to the number, so subtraction is written with spaces.
//   - #set with a null value leaves the variable as it was.
//   - A value is true unless it is the boolean false: "", 0 and, on API Gateway,
//     null are true.
//   - == compares numbers by value, values of one kind by content, and all
//     others by their text: 1 == "1". Null equals null and, on API
//     Gateway, the empty string.
//   - A map given to #foreach yields its values.
//   - Strings know no escapes but \u and four digits: "\n" is a backslash and an n.
//   - #set, #if, #elseif, #else, #foreach and #end swallow the rest of their line
//     if it is blank, with its end; a ## comment swallows the end of its line.
//     #set also swallows the blanks before it where they follow another
//     construct or begin the template. Other blanks are kept.
//
// # Numbers
//
// Integers are 64-bit. Velocity computes with Integer and widens to Long if a result
// does not fit, which a template cannot observe. A result that does not fit 64 bits
// becomes a double. Integer division truncates. Division by zero gives null, and so
// does arithmetic on values other than numbers; + with a string on either side
// concatenates, with null as "". Doubles print as in Java: 1.0, 1.0E10.
//
// # Deviations
//
// A method that a value does not have, or an argument of the wrong type, is an
// error, where Velocity renders nothing: an error message is worth more than a
// template that works by accident. Regular expressions have the syntax of package
// regexp; the Java constructs that it lacks (lookaround, back-references, possessive
// quantifiers) are errors.
package velocity
