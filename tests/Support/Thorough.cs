namespace Profiler.Tests.Support;

/// <summary>How many random cases a test tries: a tenth, or with THOROUGH=1 in the environment all.</summary>
internal static class Thorough
{
    private static readonly bool All = Environment.GetEnvironmentVariable("THOROUGH") == "1";

    /// <param name="all">With THOROUGH=1; a multiple of 10.</param>
    public static int Of(int all) => All ? all : all / 10;
}
