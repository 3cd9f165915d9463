using System.Diagnostics;

namespace Profiler.Tests.Support;

/// <summary>Asks a C compiler what a header says.</summary>
public static class CCompiler
{
    /// <summary>Each integer expression, followed by its value: "sizeof(struct event) 96".</summary>
    /// <param name="header">As in an #include, with its quotes or brackets.</param>
    /// <param name="expressions">Constant C expressions.</param>
    public static string[] Evaluate(string header, IEnumerable<string> expressions)
    {
        string directory = Directory.CreateTempSubdirectory("vfioscope-layout-").FullName;
        string source = Path.Combine(directory, "layout.c"), program = Path.Combine(directory, "layout");
        File.WriteAllText(source,
            $"#include <stddef.h>\n#include <stdio.h>\n#include {header}\nint main(void)\n{{\n" +
            string.Concat(expressions.Select(e => $"\tprintf(\"%s %lld\\n\", \"{e}\", (long long)({e}));\n")) + "\treturn 0;\n}\n");
        Run("gcc", "-Wall", "-Werror", "-o", program, source);
        string[] answer = Run(program).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Directory.Delete(directory, recursive: true);
        return answer;
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string output = process.StandardOutput.ReadToEnd();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Xunit.Assert.True(process.ExitCode == 0, errors);
        return output;
    }
}
