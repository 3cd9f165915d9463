using System.Globalization;

namespace Profiler.Report.Export;

/// <summary>
/// Comma-separated values as RFC 4180 has them. A text that a spreadsheet would take for a formula begins with an apostrophe, as names of
/// VMs and processes are not ours (https://owasp.org/www-community/attacks/CSV_Injection).
/// </summary>
internal sealed class CsvWriter
{
    private const string LineEnd = "\r\n";

    private readonly TextWriter _to;
    private readonly string[] _columns;
    private readonly string[] _row;

    /// <summary>Writes the line with the names of the columns.</summary>
    public CsvWriter(TextWriter to, string[] columns)
    {
        (_to, _columns, _row) = (to, columns, new string[columns.Length]);
        for (int i = 0; i < columns.Length; i++)
            _row[i] = columns[i];
        EndRow();
    }

    /// <summary>Sets a field of the row; null leaves it empty.</summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public void Set(string column, string? text) => Put(column, text is null ? "" : Escape(text));

    /// <inheritdoc cref="Set(string, string?)"/>
    public void Set(string column, long? number) => Put(column, number?.ToString(CultureInfo.InvariantCulture) ?? "");

    /// <inheritdoc cref="Set(string, string?)"/>
    public void Set(string column, bool? value) => Put(column, value switch { true => "true", false => "false", null => "" });

    /// <summary>Writes the row; the next one begins empty.</summary>
    public void EndRow()
    {
        for (int i = 0; i < _row.Length; i++)
        {
            if (i > 0)
                _to.Write(',');
            _to.Write(_row[i]);
            _row[i] = "";
        }
        _to.Write(LineEnd);
    }

    /// <summary>A text as a field.</summary>
    internal static string Escape(string text)
    {
        if (text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..])
            return $"\"'{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 && text.AsSpan().Trim(' ').Length == text.Length
            ? text
            : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private void Put(string column, string field)
    {
        int at = Array.IndexOf(_columns, column);
        if (at < 0)
            throw new ArgumentException($"no column {column}", nameof(column));
        _row[at] = field;
    }
}
