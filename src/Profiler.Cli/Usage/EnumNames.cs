namespace Profiler.Cli.Usage;

/// <summary>How the values of an enum are written on the command line: in lower case, <c>SlowPath</c> as <c>slowpath</c>.</summary>
internal static class EnumNames
{
    public static string Of(Enum value) => value.ToString().ToLowerInvariant();

    /// <summary>All of them, in the order of their declaration.</summary>
    public static IEnumerable<string> All<T>() where T : struct, Enum => Enum.GetValues<T>().Select(value => Of(value));

    /// <param name="text">A name.</param>
    /// <param name="ignoreCase">In upper case, too.</param>
    /// <returns>Null if there is no such value.</returns>
    public static T? Parse<T>(string text, bool ignoreCase = false) where T : struct, Enum =>
        Enum.GetValues<T>().Where(value => string.Equals(Of(value), text, ignoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)).Select(value => (T?)value).FirstOrDefault();
}
