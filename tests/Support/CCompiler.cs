using System.Diagnostics;

namespace Profiler.Tests.Support;

/// <summary>Evaluates C expressions with a C compiler, and compiles.</summary>
public static class CCompiler
{
    /// <summary>Each integer expression, followed by its value: "sizeof(struct event) 96".</summary>
    /// <param name="headers">As in an #include, including the quotes or angle brackets.</param>
    /// <param name="expressions">Constant C expressions.</param>
    public static string[] Evaluate(IEnumerable<string> headers, IEnumerable<string> expressions)
    {
        string directory = Directory.CreateTempSubdirectory("vfioscope-layout-").FullName;
        string source = Path.Combine(directory, "layout.c"), program = Path.Combine(directory, "layout");
        string includes = string.Concat(headers.Prepend("<stdio.h>").Prepend("<stddef.h>").Select(h => $"#include {h}\n"));
        string prints = string.Concat(expressions.Select(e => $"\tprintf(\"%s %lld\\n\", \"{e}\", (long long)({e}));\n"));
        File.WriteAllText(source, $"#define _GNU_SOURCE\n{includes}int main(void)\n{{\n{prints}\treturn 0;\n}}\n");
        Run("gcc", "-Wall", "-Werror", "-o", program, source);
        string[] answer = Run(program).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Directory.Delete(directory, recursive: true);
        return answer;
    }

    /// <summary>The object that clang compiles for BPF, with type information.</summary>
    public static byte[] ForBpf(string code)
    {
        string directory = Directory.CreateTempSubdirectory("vfioscope-object-").FullName;
        string source = Path.Combine(directory, "code.c"), compiled = Path.Combine(directory, "code.o");
        File.WriteAllText(source, code);
        Run("clang", "-g", "-O2", "-target", "bpf", "-c", "-o", compiled, source);
        byte[] bytes = File.ReadAllBytes(compiled);
        Directory.Delete(directory, recursive: true);
        return bytes;
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Xunit.Assert.True(process.ExitCode == 0, errors.Result);
        return output;
    }
}
